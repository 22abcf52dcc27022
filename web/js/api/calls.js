// The calls of the public API that the client makes, by name.

import { Problem } from "./problem.js";
import { request } from "./client.js";
import { currentUser, setSession } from "./session.js";

const BYTES = { isBytes: true };

const dataOf = async (answer) => (await answer).data;

// As the user who is signed in. When the sign-in has ended, so has the session here.
async function asUser(method, path, options = {}) {
  const user = currentUser();
  if (!user) throw new Problem("unauthenticated", { status: 401 });
  try {
    return await request(method, path, { ...options, accessToken: user.access_token });
  } catch (problem) {
    if (problem.code === "unauthenticated" && currentUser() === user) setSession(null);
    throw problem;
  }
}

const query = (params) => {
  const known = Object.entries(params).filter(([, value]) => value !== null && value !== undefined);
  return known.length ? `?${new URLSearchParams(known)}` : "";
};

export const accounts = {
  signUp: (name, email, password) =>
    dataOf(request("POST", "/users", { body: { name, email, password } })),
  signIn: (email, password) => dataOf(request("POST", "/sessions", { body: { email, password } })),
  show: (userId, accessToken) => dataOf(request("GET", `/users/${userId}`, { accessToken })),
  balance: () => dataOf(asUser("GET", `/users/${currentUser()?.user_id}/balance`)),
  ledger: (cursor) =>
    dataOf(asUser("GET", `/users/${currentUser()?.user_id}/ledger${query({ cursor })}`)),
  charge: (amount, key) =>
    dataOf(asUser("POST", `/users/${currentUser()?.user_id}/charges`, { body: { amount }, key })),
};

export const concerts = {
  list: ({ date, past, cursor } = {}) =>
    dataOf(request("GET", `/concerts${query({ date, past, cursor })}`)),
  show: (id) => dataOf(request("GET", `/concerts/${id}`)),
  // {concert, dates}
  withDates: async (id) => {
    const [concert, dates] = await Promise.all([
      concerts.show(id),
      dataOf(request("GET", `/concerts/${id}/dates`)),
    ]);
    return { concert, dates: dates.items };
  },
  // null when nothing has changed since `etag`
  seats: async (id, dateId, queueToken, etag) =>
    asUser("GET", `/concerts/${id}/dates/${dateId}/seats`, { queueToken, etag }),
};

export const queue = {
  join: (concertId) => dataOf(asUser("POST", "/queue/tokens", { body: { concert_id: concertId } })),
  look: (queueToken) => dataOf(request("GET", "/queue/tokens/current", { queueToken })),
  leave: (queueToken) => request("DELETE", "/queue/tokens/current", { queueToken }),
};

// What anyone may check a line with.
export const proofs = {
  keys: () => dataOf(request("GET", "/keys")),
  draw: (id) => dataOf(request("GET", `/concerts/${id}/draw`)),
  checkpoint: async (id) =>
    new TextDecoder().decode(await dataOf(request("GET", `/concerts/${id}/log/checkpoint`, BYTES))),
  tile: (id, path) => dataOf(request("GET", `/concerts/${id}/log/tile/${path}`, BYTES)),
};

export const reservations = {
  hold: (wish, queueToken, key) =>
    dataOf(asUser("POST", "/reservations", { body: wish, queueToken, key })),
  show: (id) => dataOf(asUser("GET", `/reservations/${id}`)),
  release: (id) => asUser("DELETE", `/reservations/${id}`),
};

export const payments = {
  pay: (reservationId, queueToken, key) =>
    dataOf(
      asUser("POST", "/payments", { body: { reservation_id: reservationId }, queueToken, key }),
    ),
  show: (id) => dataOf(asUser("GET", `/payments/${id}`)),
  list: (cursor) => dataOf(asUser("GET", `/payments${query({ cursor })}`)),
  refund: (id, key) => dataOf(asUser("POST", `/payments/${id}/refund`, { key })),
};

// With an organiser's access token.
export function organiser(accessToken) {
  const call = (method, path, options = {}) =>
    request(method, `/admin${path}`, { ...options, accessToken });
  return {
    create: (concert) => dataOf(call("POST", "/concerts", { body: concert })),
    change: (id, settings) => dataOf(call("PATCH", `/concerts/${id}`, { body: settings })),
    stats: (id) => dataOf(call("GET", `/concerts/${id}/stats`)),
    seats: (id, dateId, etag) => call("GET", `/concerts/${id}/dates/${dateId}/seats`, { etag }),
    revoke: (tokenId) => call("POST", `/queue/tokens/${tokenId}/revoke`),
  };
}
