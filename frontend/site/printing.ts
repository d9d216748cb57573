/** A button with data-print prints the page. It is hidden until there is a script to do so; browsers have a menu too. */
export function wirePrinting(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
