// Waveform and mel spectrogram of what has come so far.

const SIZE = 1024; // samples of a Fourier transform
const HOP = SIZE / 2; // from one to the next
const BANDS = 48;
const FLOOR = -85; // dB that are drawn as nothing
const SHORTEST = 5; // seconds that the picture is wide at least

export class Picture {
  constructor(canvas, playhead, rate) {
    this.canvas = canvas;
    this.playhead = playhead;
    this.rate = rate;
    this.filters = melFilters(rate);
    this.begin();
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  begin() {
    this.columns = []; // {peak, levels}
    this.left = new Int16Array(0);
    this.length = 0;
    this.playhead.hidden = true;
    this.draw();
  }

  append(samples) {
    const all = new Int16Array(this.left.length + samples.length);
    all.set(this.left);
    all.set(samples, this.left.length);
    let at = 0;
    for (; at + SIZE <= all.length; at += HOP) this.columns.push(this.column(all.subarray(at, at + SIZE)));
    this.left = all.slice(at);
    this.length += samples.length;
    if (!this.asked) {
      this.asked = true;
      setTimeout(() => { this.asked = false; this.draw(); }, 150);
    }
  }

  column(samples) {
    let peak = 0;
    const real = new Float32Array(SIZE), imaginary = new Float32Array(SIZE);
    for (let k = 0; k < SIZE; k++) {
      peak = Math.max(peak, Math.abs(samples[k]));
      real[k] = samples[k] / 32768 * (0.5 - 0.5 * Math.cos(2 * Math.PI * k / SIZE));
    }
    transform(real, imaginary);
    const levels = new Uint8Array(BANDS);
    this.filters.forEach(([from, weights], band) => {
      let power = 0;
      for (let k = 0; k < weights.length; k++) power += weights[k] * (real[from + k] ** 2 + imaginary[from + k] ** 2);
      const decibels = 10 * Math.log10(power / (SIZE / 4) ** 2 + 1e-12); // 0 is a full-scale tone
      levels[band] = Math.max(0, Math.min(255, 255 * (1 - decibels / FLOOR) * 1.25));
    });
    return {peak: peak / 32768, levels};
  }

  get seconds() { return Math.max(SHORTEST, this.length / this.rate); }

  /** The time at a place of the picture, 0..1, in seconds. */
  time(place) { return place * this.seconds; }

  move(seconds) {
    this.playhead.hidden = false;
    this.playhead.style.left = `${100 * Math.min(1, seconds / this.seconds)}%`;
  }

  draw() {
    const scale = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * scale));
    const height = Math.max(1, Math.round(this.canvas.clientHeight * scale));
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, {width, height});
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.canvas);
    const top = Math.round(height * 0.4), per = this.seconds * this.rate / HOP / width;
    context.fillStyle = style.getPropertyValue("--accent");
    const image = context.createImageData(width, height - top);
    const colours = shades(context, style.getPropertyValue("--accent"), style.getPropertyValue("--ink"));
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x * per), to = Math.max(from + 1, Math.floor((x + 1) * per));
      if (from >= this.columns.length) break;
      let peak = 0;
      for (let k = from; k < Math.min(to, this.columns.length); k++) peak = Math.max(peak, this.columns[k].peak);
      const half = Math.max(0.5, peak * top / 2);
      context.fillRect(x, top / 2 - half, 1, 2 * half);
      const middle = Math.max(0, (x + 0.5) * per - 0.5), left = Math.floor(middle);
      const [before, after] = [left, left + 1].map((k) => this.columns[Math.min(k, this.columns.length - 1)].levels);
      this.paint(image, x, before, after, middle - left, colours);
    }
    context.putImageData(image, 0, top);
  }

  /** Paint a line of the image, which lies between two columns. */
  paint(image, x, before, after, part, colours) {
    for (let y = 0; y < image.height; y++) {
      const band = Math.floor((1 - (y + 0.5) / image.height) * BANDS);
      const level = Math.round(before[band] + part * (after[band] - before[band]));
      image.data.set(colours.subarray(4 * level, 4 * level + 4), 4 * (y * image.width + x));
    }
  }
}

/** The colours of 256 levels: what is silent is transparent, then comes the one colour, and the loudest is the other. */
function shades(context, middle, end) {
  const [from, to] = [middle, end].map((name) => {
    context.fillStyle = name;
    return [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
  });
  context.fillStyle = middle;
  const colours = new Uint8ClampedArray(4 * 256);
  for (let level = 0; level < 256; level++) {
    const mixed = Math.max(0, level - 128) / 127;
    from.forEach((value, k) => { colours[4 * level + k] = value + mixed * (to[k] - value); });
    colours[4 * level + 3] = 2 * level;
  }
  return colours;
}

/** Triangles on the mel scale: [first bin, weights] of each band. */
function melFilters(rate) {
  const mel = (hertz) => 2595 * Math.log10(1 + hertz / 700), hertz = (m) => 700 * (10 ** (m / 2595) - 1);
  const most = mel(Math.min(8000, rate / 2));
  const edges = Array.from({length: BANDS + 2}, (_, k) => hertz(most * k / (BANDS + 1)) * SIZE / rate);
  return Array.from({length: BANDS}, (_, band) => {
    const [low, middle, high] = edges.slice(band, band + 3);
    const from = Math.floor(low), weights = [];
    for (let bin = from; bin <= Math.ceil(high); bin++) {
      weights.push(Math.max(0.02, Math.min((bin - low) / (middle - low || 1), (high - bin) / (high - middle || 1))));
    }
    return [from, weights];
  });
}

/** The fast Fourier transform of Cooley and Tukey, in place. */
function transform(real, imaginary) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let length = 2; length <= size; length <<= 1) {
    for (let k = 0; k < length / 2; k++) {
      const angle = -2 * Math.PI * k / length, c = Math.cos(angle), s = Math.sin(angle);
      for (let i = k; i < size; i += length) {
        const j = i + length / 2;
        const re = real[j] * c - imaginary[j] * s, im = real[j] * s + imaginary[j] * c;
        real[j] = real[i] - re; imaginary[j] = imaginary[i] - im;
        real[i] += re; imaginary[i] += im;
      }
    }
  }
}
