/** A tick box with data-ticks="name" ticks all boxes of that name in its form, and shows whether all are ticked. */
export function wireTicks(root: ParentNode): void {
  for (const all of root.querySelectorAll<HTMLInputElement>("input[data-ticks]")) {
    const boxes = [
      ...(all.form?.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${all.dataset.ticks}"]`) ?? []),
    ];
    const show = (): void => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = boxes.length > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && !all.checked;
    };
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
    });
    for (const box of boxes) box.addEventListener("change", show);
  }
}
