/** htmx as this site allows it: no evaluated code, the CSRF token on every writing request, questions in our own dialog. */
import htmx from "htmx.org";

import { csrfToken } from "../shared/api";
import { ask } from "../shared/dialog";
import { showToast } from "../shared/toast";
import type { SiteTexts } from "./texts";

interface RequestContext {
  request: { method: string; headers: Record<string, string> };
  confirm?: string;
  response?: { status: number; headers: Headers };
}
interface ContextEvent {
  ctx: RequestContext;
  issueRequest(): void;
  dropRequest(): void;
}

export function startHtmx(texts: SiteTexts): void {
  htmx.registerExtension("no-eval", {
    init: (api: { initSecurity(policy: null, sync: unknown, async: unknown): void }) =>
      api.initSecurity(null, Refused, Refused),
  });
  on("htmx:config:request", ({ ctx }) => {
    if (!/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = csrfToken();
  });
  on("htmx:confirm", ({ ctx, issueRequest, dropRequest }, event) => {
    event.preventDefault();
    void ask({ title: ctx.confirm ?? "", confirm: texts.confirm, cancel: texts.cancel }).then((yes) =>
      yes ? issueRequest() : dropRequest(),
    );
  });
  on("htmx:before:swap", ({ ctx }, event) => {
    // A page may answer 4xx with the form and its errors; anything else is not meant for its place in the page.
    const { status = 200, headers } = ctx.response ?? {};
    const isPage = headers?.get("Content-Type")?.startsWith("text/html") ?? true;
    if (status < 400 || (status < 500 && isPage && status !== 403 && status !== 404)) return;
    event.preventDefault();
    showToast({ text: texts.failed, tone: "error", closeLabel: texts.close });
  });
  on("htmx:error", ({ ctx }) => ctx && showToast({ text: texts.unreachable, tone: "error", closeLabel: texts.close }));
}

function on(name: string, handle: (detail: ContextEvent, event: Event) => void): void {
  document.addEventListener(name, (event) => handle((event as CustomEvent<ContextEvent>).detail, event));
}

/** Stands in for Function: hx-on, js: and trigger filters would need the evaluation the page's policy forbids. */
function Refused(): never {
  throw new Error("Attributes with code (hx-on, js:, trigger filters) are not used on this site.");
}
