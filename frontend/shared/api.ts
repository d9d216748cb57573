/** JSON over HTTP with what Infra24's API asks of a page: CSRF token, organisation, versions, idempotency. */

/** One of the causes of a refusal. `detail` is a sentence for the person, `source` names the rule behind it. */
export interface Reason {
  code: string;
  detail?: string;
  resource_id?: string;
  source?: unknown;
}

/** What would do instead: later, elsewhere (in the place of `instead_of`), or for a shorter time. */
export interface Alternative {
  resource_id: string;
  starts_at: string;
  ends_at: string;
  instead_of?: string | null;
}

/** A refusal, in the words of the server (RFC 9457). `status` is 0 when no answer came at all. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly reasons: Reason[];
  readonly alternatives: Alternative[];
  /** What is wrong with single fields, by path: `starts_at`, `legs.0.units`. */
  readonly fields: Record<string, string>;

  constructor(status: number, body: unknown, fallback: string) {
    const record = isRecord(body) ? body : {};
    const title = text(record.title) || fallback;
    const detail = text(record.detail) || title;
    super(detail);
    this.status = status;
    this.code = text(record.code) || (status === 0 ? "unreachable" : "unknown");
    this.title = title;
    this.detail = detail;
    this.reasons = records(record.reasons).filter(
      (reason): reason is Record<string, unknown> & Reason => "code" in reason,
    );
    this.alternatives = records(record.alternatives).filter(
      (choice): choice is Record<string, unknown> & Alternative => "starts_at" in choice && "ends_at" in choice,
    );
    this.fields = Object.fromEntries(
      Object.entries(isRecord(record.fields) ? record.fields : {}).map(([path, says]) => [path, text(says) || detail]),
    );
  }
}

/** Sentences for what the server could not say itself. */
export interface ApiTexts {
  unreachable: string;
  failed: string;
}

export interface Api {
  /** Throws Problem, or AbortError when `signal` fires. */
  get<T>(url: string, signal?: AbortSignal): Promise<T>;
  /** Sends an Idempotency-Key; sending the same body again after a lost answer repeats the key. Throws Problem. */
  post<T>(url: string, body: unknown): Promise<T>;
  /** A POST that changes nothing, and so needs no key to be repeated by. Throws Problem. */
  ask<T>(url: string, body: unknown): Promise<T>;
  /** Sends If-Match with the version the page has seen, if it knows one. Throws Problem. */
  patch<T>(url: string, body: unknown, version?: number): Promise<T>;
  /** Sends If-Match as `patch` does. Throws Problem. */
  remove(url: string, version?: number): Promise<void>;
}

/** The API as seen by one page of one organisation. */
export function createApi(organisation: string, texts: ApiTexts): Api {
  const unanswered = new Map<string, string>();

  async function send<T>(
    method: string,
    url: string,
    extra: Record<string, string>,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", ...extra };
    if (organisation) headers["Infra24-Organisation"] = organisation;
    const init: RequestInit = {
      method,
      headers,
      credentials: "same-origin",
      redirect: "error",
      signal: signal ?? null,
    };
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
      // What somebody did a moment before leaving the page still arrives.
      init.keepalive = true;
    }
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(url, init);
      answer = await readJson(response);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(0, null, texts.unreachable);
    }
    if (!response.ok || answer === undefined) throw new Problem(response.status, answer, texts.failed);
    return answer as T;
  }

  return {
    get: (url, signal) => send("GET", url, {}, undefined, signal),
    async post<T>(url: string, body: unknown): Promise<T> {
      const request = `${url} ${JSON.stringify(body)}`;
      const key = unanswered.get(request) ?? crypto.randomUUID();
      unanswered.set(request, key);
      try {
        const answer = await send<T>("POST", url, { "Idempotency-Key": key }, body);
        unanswered.delete(request);
        return answer;
      } catch (error) {
        // A refusal is an answer; silence and a failed server are not: the booking may exist already.
        if (error instanceof Problem && error.status >= 400 && error.status < 500) unanswered.delete(request);
        throw error;
      }
    },
    ask: (url, body) => send("POST", url, {}, body),
    patch: (url, body, version) => send("PATCH", url, ifMatch(version), body),
    remove: (url, version) => send("DELETE", url, ifMatch(version)),
  };
}

function ifMatch(version?: number): Record<string, string> {
  return version === undefined ? {} : { "If-Match": `"${version}"` };
}

/** Django's token: from the cookie, or from <meta name="csrf-token"> where the cookie is out of reach. */
export function csrfToken(): string {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  if (cookie) return decodeURIComponent(cookie.slice("csrftoken=".length));
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** The sentence to show for anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  return (await response.json()) as unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
