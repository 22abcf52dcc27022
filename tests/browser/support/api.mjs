// The API, used by organisers and fans without a browser while a test watches a page.

import assert from "node:assert/strict";

const DAY_MS = 86_400_000;
// No hold and no turn ends while a test runs, however long a busy machine takes.
const AMPLE_S = 3000;

export class Api {
  constructor(installation) {
    this.base = `${installation.url}/api/v1`;
    this.adminToken = installation.adminToken;
    this.installation = installation;
  }

  async call(method, path, { token, queueToken, key, body } = {}) {
    const headers = { ...(body && { "Content-Type": "application/json" }) };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (queueToken) headers["Queue-Token"] = queueToken;
    if (key) headers["Idempotency-Key"] = key;
    const response = await fetch(this.base + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, data: text ? JSON.parse(text) : null };
  }

  // The same; a refusal fails the test.
  async must(method, path, options) {
    const { status, data } = await this.call(method, path, options);
    assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(data)}`);
    return data;
  }

  // After those of the demo, so that these stay on the first page of the list.
  createConcert({ seats, dates = 1, ...settings } = {}) {
    const date = (i) => ({
      starts_at: new Date(Date.now() + (100 + i) * DAY_MS).toISOString(),
      ...(seats && { seats }),
    });
    const body = {
      title: "Test Night",
      artist: "The Testers",
      venue: "Cellar",
      hold_seconds: AMPLE_S,
      active_seconds: AMPLE_S,
      dates: Array.from({ length: dates }, (_, i) => date(i)),
      ...settings,
    };
    return this.must("POST", "/admin/concerts", { token: this.adminToken, body });
  }

  change(concert, settings) {
    return this.must("PATCH", `/admin/concerts/${concert.concert_id}`, {
      token: this.adminToken,
      body: settings,
    });
  }

  // {userId, token}: an account without a password, signed in
  async newUser() {
    const [userId, token] = (await this.installation.command("token", "--users", "1")).split(/\s+/);
    // The first call creates the user.
    await this.must("GET", `/users/${userId}/balance`, { token });
    return { userId, token };
  }

  // The same with a password.
  async signUp(name, email, password) {
    const body = { name, email, password };
    const account = await this.must("POST", "/users", { body });
    return { userId: account.user_id, token: account.access_token };
  }

  async join(concert, user) {
    const state = await this.must("POST", "/queue/tokens", {
      token: user.token,
      body: { concert_id: concert.concert_id },
    });
    return { ...user, queueToken: state.token, state };
  }

  leave(fan) {
    return this.must("DELETE", "/queue/tokens/current", { queueToken: fan.queueToken });
  }

  hold(fan, wish) {
    return this.must("POST", "/reservations", { ...fan, body: wish });
  }

  showReservation(user, reservationId) {
    return this.must("GET", `/reservations/${reservationId}`, { token: user.token });
  }

  charge(user, amount) {
    return this.must("POST", `/users/${user.userId}/charges`, {
      token: user.token,
      key: `charge-${amount}-${Date.now()}`,
      body: { amount },
    });
  }

  async pay(fan, reservation) {
    return this.must("POST", "/payments", {
      ...fan,
      key: reservation.reservation_id,
      body: { reservation_id: reservation.reservation_id },
    });
  }

  // A new user who buys these seats.
  async buy(concert, seats) {
    const user = await this.newUser();
    const fan = await this.join(concert, user);
    const reservation = await this.hold(fan, { date_id: concert.dates[0].date_id, seats });
    await this.charge(user, reservation.amount);
    await this.pay(fan, reservation);
    return fan;
  }

  async ledger(user) {
    return (await this.must("GET", `/users/${user.userId}/ledger`, { token: user.token })).items;
  }
}
