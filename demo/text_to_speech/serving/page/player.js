// Plays samples while they come. Pieces of the sound are given to the audio clock a few seconds ahead, each at the very
// sample where the one before it ends; that works in every browser, also over plain http, where AudioWorklet is missing.

const AHEAD = 3; // seconds that are given to the audio clock before they are heard
const PIECE = 0.5; // seconds of a piece
const LATE = 0.06; // seconds from now on at which sound begins or goes on after a gap

export class Player {
  /** Args: rate, samples per second; changed, called when it begins, pauses, goes on or ends. */
  constructor(rate, changed) {
    this.rate = rate;
    this.changed = changed;
    this.samples = new Int16Array(1 << 18);
    this.length = 0; // samples that have come
    this.complete = false; // no more come
    this.state = "waiting"; // playing, paused, ended, closed
    this.next = 0; // the sample that is given to the clock next
    this.clock = 0; // and the sample of the clock at which it is heard
    this.pieces = []; // {source, clock, from, count} that are or were given to the clock
    this.context = new AudioContext({sampleRate: rate, latencyHint: "interactive"});
    this.context.resume();
    this.context.onstatechange = () => {
      // A telephone call, say, interrupts the sound; then only a press on a button may go on.
      if (this.context.state === "interrupted" && this.state === "playing") this.pause();
    };
    this.timer = setInterval(() => this.pump(), 100);
  }

  append(samples) {
    if (this.length + samples.length > this.samples.length) {
      const larger = new Int16Array(2 * (this.length + samples.length));
      larger.set(this.samples.subarray(0, this.length));
      this.samples = larger;
    }
    this.samples.set(samples, this.length);
    this.length += samples.length;
    if (this.state === "waiting") this.enter("playing");
    this.pump();
  }

  finish() {
    this.complete = true;
    this.pump();
  }

  /** The sample that is heard now. */
  get position() {
    if (this.state === "ended") return this.length;
    const late = this.context.outputLatency || this.context.baseLatency || 0;
    const now = (this.context.currentTime - late) * this.rate;
    let heard = this.pieces[0]?.from ?? this.next;
    for (const piece of this.pieces) {
      if (piece.clock > now) break;
      heard = piece.from + Math.min(now - piece.clock, piece.count);
    }
    return Math.floor(heard);
  }

  pause() {
    if (this.state !== "playing") return;
    this.context.suspend();
    this.enter("paused");
  }

  resume() {
    if (this.state === "ended") { this.seek(0); return; }
    if (this.state !== "paused") return;
    this.context.resume();
    this.enter("playing");
  }

  seek(sample) {
    if (this.state === "closed") return;
    this.silence();
    this.next = Math.max(0, Math.min(Math.round(sample), this.length));
    this.clock = 0;
    if (this.state !== "paused") this.enter("playing");
    this.pump();
  }

  /** Be silent for good; what has come stays for downloads. */
  close() {
    if (this.state === "closed") return;
    this.silence();
    clearInterval(this.timer);
    this.context.onstatechange = null;
    this.context.close();
    this.enter("closed");
  }

  silence() {
    for (const {source} of this.pieces) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.pieces = [];
  }

  enter(state) {
    this.state = state;
    this.changed(state);
  }

  pump() {
    if (this.state !== "playing" && this.state !== "paused") return;
    const now = Math.ceil(this.context.currentTime * this.rate);
    // What was heard a while ago is needed no more.
    while (this.pieces.length > 1 && this.pieces[1].clock < now - this.rate) this.pieces.shift();
    while (this.next < this.length && (this.clock <= now || this.clock < now + AHEAD * this.rate)) {
      const count = Math.min(this.length - this.next, Math.round(PIECE * this.rate));
      if (this.clock <= now) this.clock = now + Math.round(LATE * this.rate);
      this.give(count);
    }
    const last = this.pieces[this.pieces.length - 1];
    if (this.complete && this.next >= this.length && (!last || now > last.clock + last.count + 0.2 * this.rate)) {
      this.pieces = [];
      this.enter("ended");
    }
  }

  give(count) {
    const buffer = this.context.createBuffer(1, count, this.rate);
    const channel = buffer.getChannelData(0);
    for (let k = 0; k < count; k++) channel[k] = this.samples[this.next + k] / 32768;
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(this.clock / this.rate);
    this.pieces.push({source, clock: this.clock, from: this.next, count});
    this.next += count;
    this.clock += count;
  }
}
