import { beforeEach, describe, expect, test } from "vitest";

import { ahead, clockFace, EVERY, pause, take } from "./board";

const NOW = "2026-11-27T10:00:00+00:00";
const page = (state: string, words: string, more = ""): string =>
  `<html data-theme="light"><body class="display ${state}"><span id="display-day">Friday</span>
   <main id="board" data-now="${NOW}" data-state="${state}" data-build="b" ${more}><h1>${words}</h1></main></body></html>`;

describe("a board", () => {
  let board: HTMLElement;
  beforeEach(() => {
    document.body.innerHTML = '<span id="display-day"></span><main id="board" data-changes-at="x"><h1>old</h1></main>';
    board = document.getElementById("board")!;
  });

  test("shows what the server said last, and looks as it says", () => {
    expect(take(document, page("taken", "Choir", `data-changes-at="${NOW}"`))).toBe(true);
    expect([board.textContent, document.body.className, board.dataset.changesAt, board.dataset.build]).toEqual([
      "Choir",
      "display taken",
      NOW,
      "b",
    ]);
    expect(document.getElementById("display-day")!.textContent).toBe("Friday");
    expect(document.documentElement.dataset.theme).toBe("light");
    take(document, page("free", "Nobody"));
    expect([board.textContent, board.dataset.changesAt]).toEqual(["Nobody", undefined]);
  });

  test("is left as it was by a page that has none", () => {
    expect(take(document, "<h1>502</h1>")).toBe(false);
    expect(board.textContent).toBe("old");
  });

  test("asks again when something changes, and otherwise every half minute", () => {
    const now = Date.parse(NOW);
    board.dataset.changesAt = "2026-11-27T10:00:10+00:00";
    expect(pause(board, now)).toBe(11_000);
    expect(pause(board, now + 60_000)).toBe(2_000);
    board.dataset.changesAt = "2026-11-27T12:00:00+00:00";
    expect(pause(board, now)).toBe(EVERY);
    delete board.dataset.changesAt;
    expect(pause(board, now)).toBe(EVERY);
  });

  test("knows by how much the tablet's clock is wrong", () => {
    board.dataset.now = NOW;
    expect(ahead(board, Date.parse(NOW) - 90_000)).toBe(90_000);
    delete board.dataset.now;
    expect(ahead(board, 0)).toBe(0);
  });

  test("has a clock in the house's zone, in the manner of the times beside it", () => {
    const [evening, noon, night] = ["2026-11-28T00:24:00Z", "2026-11-27T17:00:00Z", "2026-11-27T05:05:00Z"].map(
      (at) => new Date(at),
    );
    const faces = (halves: string): string[] =>
      [evening!, noon!, night!].map((at) => clockFace(at, "America/New_York", halves));
    expect(faces("a.m.|p.m.")).toEqual(["7:24 p.m.", "12:00 p.m.", "12:05 a.m."]);
    expect(faces("")).toEqual(["19:24", "12:00", "00:05"]);
  });
});
