/** Does something now, and again every `interval` milliseconds for as long as the element is part of the page: a closed dialog asks for nothing. */
export function repeatWhileOpen(element: JQuery, interval: number, task: () => Promise<unknown>): void {
  const again = (): void => {
    if (!element[0]?.isConnected) return;
    // Nobody looks at a window in the background.
    const work = document.hidden ? Promise.resolve() : task();
    void work.catch(() => undefined).then(() => setTimeout(again, interval));
  };
  again();
}
