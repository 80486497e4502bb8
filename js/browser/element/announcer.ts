/** Tells screen readers what has changed, once it has come to rest: not every figure of a draft that is being typed. */

/** Milliseconds without another change. */
const REST = 700;

/** Says the last of many texts, once. */
export class Announcer {
  readonly #say: (text: string) => void;
  #said = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Says `text` when nothing else is to be said for a while, unless it was the last thing said. */
  tell(text: string): void {
    this.stop();
    if (text === this.#said) return;
    this.#timer = setTimeout(() => {
      this.#said = text;
      this.#say(text);
    }, REST);
  }

  /** Forgets what is waiting. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
