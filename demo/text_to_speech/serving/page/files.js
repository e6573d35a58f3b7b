// Files: text out of what is dropped or opened, and sound and subtitles as downloads.

const LARGEST = 5_000_000; // bytes of a file that is opened

export async function textOf(file) {
  if (file.size > LARGEST) throw new Error(`${file.name} is too large: expected at most 5 MB`);
  const bytes = await file.arrayBuffer();
  let text;
  try {
    text = new TextDecoder("utf-8", {fatal: true}).decode(bytes);
  } catch {
    throw new Error(`${file.name} is not text in UTF-8`);
  }
  if (text.includes("\0")) throw new Error(`${file.name} is no text`);
  const kind = file.name.toLowerCase().split(".").pop();
  if (kind === "html" || kind === "htm") return ofHtml(text);
  if (kind === "srt" || kind === "vtt") return ofSubtitles(text);
  return text;
}

function ofHtml(text) {
  // Nothing in it is run or loaded; styles are taken out only because the page's policy would report each.
  const plain = text.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, "");
  const page = new DOMParser().parseFromString(plain, "text/html");
  page.querySelectorAll("script, style, nav, template, noscript, svg").forEach((one) => one.remove());
  const blocks = "p, h1, h2, h3, h4, h5, h6, li, blockquote, pre, tr, dt, dd, figcaption, div, section, article";
  page.querySelectorAll(blocks).forEach((one) => one.append("\n\n"));
  page.querySelectorAll("br").forEach((one) => one.replaceWith("\n"));
  return page.body.textContent.replace(/[ \t]+/g, " ").replace(/ ?\n ?/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function ofSubtitles(text) {
  const lines = text.replace(/\r/g, "").split("\n");
  const kept = lines.filter((line, k) =>
    !/-->/.test(line) && !/^WEBVTT/.test(line) && !(/^\d+$/.test(line.trim()) && /-->/.test(lines[k + 1] ?? "")));
  return kept.join("\n").replace(/<[^>]*>/g, "").replace(/\n{2,}/g, "\n").trim();
}

export function wav(samples, rate) {
  const header = new DataView(new ArrayBuffer(44)), size = 2 * samples.length;
  const write = (at, text) => [...text].forEach((c, k) => header.setUint8(at + k, c.charCodeAt(0)));
  write(0, "RIFF"); header.setUint32(4, 36 + size, true); write(8, "WAVEfmt ");
  header.setUint32(16, 16, true); header.setUint16(20, 1, true); header.setUint16(22, 1, true);
  header.setUint32(24, rate, true); header.setUint32(28, 2 * rate, true); header.setUint16(32, 2, true);
  header.setUint16(34, 16, true); write(36, "data"); header.setUint32(40, size, true);
  return new Blob([header, samples], {type: "audio/wav"});
}

/** Subtitles of at most two lines of 42 characters and seven seconds. */
export function subtitles(words, form) {
  const cues = [];
  for (const word of words) {
    const last = cues[cues.length - 1];
    const fits = last && last.text.length + word.text.length < 80 && word.end - last.start <= 7 && !/[.!?…]$/.test(last.text);
    if (fits) { last.text += ` ${word.text}`; last.end = word.end; }
    else cues.push({start: word.start, end: word.end, text: word.text});
  }
  const clock = (seconds) => {
    const whole = Math.round(seconds * 1000), pad = (n, size) => String(n).padStart(size, "0");
    const point = form === "vtt" ? "." : ",";
    return `${pad(Math.floor(whole / 3600000), 2)}:${pad(Math.floor(whole / 60000) % 60, 2)}:${pad(Math.floor(whole / 1000) % 60, 2)}${point}${pad(whole % 1000, 3)}`;
  };
  const shown = (text) => form === "vtt" ? text.replace(/&/g, "&amp;").replace(/</g, "&lt;") : text;
  const blocks = cues.map((cue, k) =>
    `${form === "vtt" ? "" : `${k + 1}\n`}${clock(cue.start)} --> ${clock(cue.end)}\n${shown(twoLines(cue.text))}\n`);
  return new Blob([(form === "vtt" ? "WEBVTT\n\n" : "") + blocks.join("\n")], {type: "text/plain"});
}

function twoLines(text) {
  if (text.length <= 42) return text;
  const middle = text.length / 2;
  const spaces = [...text.matchAll(/ /g)].map((match) => match.index);
  const at = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  return at ? `${text.slice(0, at)}\n${text.slice(at + 1)}` : text;
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name that says what is in the file: its first words. */
export function nameOf(text, form) {
  const words = text.replace(/<[^>]*>/g, " ").normalize("NFKD").replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/).slice(0, 6);
  return `${words.join("-").toLowerCase().slice(0, 60) || "speech"}.${form}`;
}
