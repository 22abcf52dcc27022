// A refusal of the API (application/problem+json), or a missing answer.

export class Problem extends Error {
  // members: the further members of the answer, such as `seats` or `sale_opens_at`.
  constructor(code, { status = 0, members = {}, retryAfterMs = null } = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.members = members;
    this.retryAfterMs = retryAfterMs;
  }

  // Whether the request may have been carried out, or a retry may be. Only an answer tells.
  get inDoubt() {
    return (
      this.status === 0 ||
      this.status >= 500 ||
      this.status === 429 ||
      this.code === "idempotency_in_progress"
    );
  }
}

export const OFFLINE = "offline";

export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem(body.code ?? "unavailable", {
    status: response.status,
    members: body,
    retryAfterMs: seconds > 0 ? seconds * 1000 : null,
  });
}
