// The text as it is spoken: words light up when they are heard, and a click on one plays from there.

export class Reading {
  constructor(pane, chosen) {
    this.pane = pane;
    this.words = []; // {text, start, end, element}
    this.now = -1;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    pane.addEventListener("click", (event) => {
      const index = Number(event.target.dataset?.word ?? NaN);
      if (!Number.isNaN(index)) chosen(this.words[index].start);
    });
    pane.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step || !this.words.length) return;
      event.preventDefault();
      chosen(this.words[Math.max(0, Math.min(this.words.length - 1, this.now + step))].start);
    });
  }

  begin(text) {
    this.words = [];
    this.now = -1;
    this.text = Array.from(text); // the server counts characters, not UTF-16 units
    this.shown = 0;
    this.rest = document.createElement("span");
    this.rest.className = "rest";
    this.rest.textContent = text;
    this.pane.replaceChildren(this.rest);
  }

  /** Take a sentence with the times of its words. */
  add(sentence) {
    const fragment = document.createDocumentFragment();
    for (const word of sentence.words) {
      const [from, to] = word.span;
      if (from < this.shown) continue; // two sounds for one place of the text: the first one has it
      fragment.append(this.text.slice(this.shown, from).join(""));
      const element = document.createElement("span");
      element.className = "word";
      element.dataset.word = this.words.length;
      element.textContent = this.text.slice(from, to).join("");
      fragment.append(element);
      this.words.push({text: word.text, start: word.start, end: word.end, element});
      this.shown = to;
    }
    this.pane.insertBefore(fragment, this.rest);
    this.rest.textContent = this.text.slice(this.shown).join("");
  }

  /** Light up the word that is heard at a time, in seconds. */
  show(seconds) {
    let low = 0, high = this.words.length; // the first word that begins later
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.words[middle].start <= seconds) low = middle + 1; else high = middle;
    }
    const index = low - 1;
    if (index === this.now) return;
    this.words[this.now]?.element.classList.remove("now");
    this.now = index;
    const element = this.words[index]?.element;
    if (!element) return;
    element.classList.add("now");
    const pane = this.pane.getBoundingClientRect(), own = element.getBoundingClientRect();
    if (own.top < pane.top + 20 || own.bottom > pane.bottom - 20) {
      this.pane.scrollTo({
        top: this.pane.scrollTop + own.top - pane.top - pane.height / 3,
        behavior: this.still.matches ? "auto" : "smooth",
      });
    }
  }
}
