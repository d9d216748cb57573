import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createApi, csrfToken, Problem } from "./api";

const TEXTS = { unreachable: "No connection.", failed: "An error." };
const answers: (Response | Error)[] = [];
const requests: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = [];

/** The network: hands out the prepared answers and keeps what was asked. */
function network(url: string, init: RequestInit): Promise<Response> {
  requests.push({
    url,
    method: init.method!,
    headers: init.headers as Record<string, string>,
    body: init.body && JSON.parse(init.body as string),
  });
  const answer = answers.shift()!;
  return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
}
function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
}

beforeEach(() => {
  answers.length = requests.length = 0;
  vi.stubGlobal("fetch", network);
  document.head.innerHTML = '<meta name="csrf-token" content="from-meta">';
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.cookie = "csrftoken=; Max-Age=0";
});

test("a read names the organisation and sends no token", async () => {
  answers.push(json(200, { items: [] }));

  expect(await createApi("marlow", TEXTS).get("/api/resources")).toEqual({ items: [] });
  expect(requests[0]).toEqual({
    url: "/api/resources",
    method: "GET",
    headers: { Accept: "application/json", "Infra24-Organisation": "marlow" },
    body: undefined,
  });
});

test("a write carries the token, and what protects it from being done twice or over another's change", async () => {
  answers.push(json(201, { id: "b1", version: 1 }), json(200, { id: "b1", version: 2 }));
  const api = createApi("marlow", TEXTS);

  await api.post("/api/bookings", { title: "Firing" });
  await api.patch("/api/bookings/b1", { title: "Glaze" }, 1);

  expect(requests[0]!.headers["X-CSRFToken"]).toBe("from-meta");
  expect(requests[0]!.headers["Idempotency-Key"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(requests[1]!.headers["If-Match"]).toBe('"1"');
  expect(requests[1]!.headers["Idempotency-Key"]).toBeUndefined();
});

test("what is taken away is named with its version, carries the token, and needs no answer", async () => {
  answers.push(new Response(null, { status: 204 }));

  expect(await createApi("marlow", TEXTS).remove("/api/views/v1", 3)).toBeNull();

  expect(requests[0]).toMatchObject({ method: "DELETE", url: "/api/views/v1", body: undefined });
  expect(requests[0]!.headers).toMatchObject({ "If-Match": '"3"', "X-CSRFToken": "from-meta" });
});

test("the cookie's token wins, as Django rotates it", () => {
  document.cookie = "csrftoken=from%20cookie";
  expect(csrfToken()).toBe("from cookie");
});

test("a lost answer is asked for again under the same key; after an answer the key is new", async () => {
  answers.push(
    new TypeError("network"),
    json(503, { title: "Busy" }),
    json(201, { id: "b1" }),
    json(201, { id: "b2" }),
  );
  const api = createApi("marlow", TEXTS);
  const body = { title: "Firing" };

  await expect(api.post("/api/bookings", body)).rejects.toMatchObject({
    status: 0,
    code: "unreachable",
    detail: "No connection.",
  });
  await expect(api.post("/api/bookings", body)).rejects.toMatchObject({ status: 503 });
  await api.post("/api/bookings", body);
  await api.post("/api/bookings", body);

  const keys = requests.map(({ headers }) => headers["Idempotency-Key"]);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test("a refusal arrives with its reasons, alternatives and field errors", async () => {
  const reasons = [{ code: "slot_taken", resource_id: "r1", detail: "Taken until 12:00.", source: {} }];
  const alternatives = [
    { resource_id: "r1", starts_at: "2026-12-01T12:00:00-05:00", ends_at: "2026-12-01T14:00:00-05:00" },
  ];
  answers.push(
    json(409, {
      title: "That time is already booked.",
      status: 409,
      code: "slot_taken",
      reasons,
      alternatives,
      fields: { title: "Too long." },
    }),
  );

  const problem = await createApi("", TEXTS)
    .post("/api/bookings", {})
    .catch((error: unknown) => error);

  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 409,
    code: "slot_taken",
    title: "That time is already booked.",
    detail: "That time is already booked.",
    reasons,
    alternatives,
    fields: { title: "Too long." },
  });
});

test("a page instead of JSON is a failure said in plain words, never parsed", async () => {
  answers.push(
    new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } }),
    new Response("<h1>Sign in</h1>", { status: 200, headers: { "Content-Type": "text/html" } }),
  );
  const api = createApi("", TEXTS);

  await expect(api.get("/api/resources")).rejects.toMatchObject({ status: 502, detail: "An error." });
  await expect(api.get("/api/resources")).rejects.toMatchObject({ status: 200, detail: "An error." });
});
