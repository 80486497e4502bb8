/** Work that is done one at a time. */

export class Flight<T> {
  readonly #work: () => Promise<T>;
  #present: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** The work that is under way, or new work. */
  join(): Promise<T> {
    this.#present ??= this.#work().finally(() => {
      this.#present = undefined;
    });
    return this.#present;
  }

  /** Work that begins from now on: after what is under way. All who ask meanwhile share it. */
  anew(): Promise<T> {
    if (this.#present === undefined) return this.join();
    const begin = () => {
      this.#next = undefined;
      return this.join();
    };
    this.#next ??= this.#present.then(begin, begin);
    return this.#next;
  }
}
