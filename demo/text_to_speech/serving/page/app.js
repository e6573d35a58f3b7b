// The page: what is written goes to the server, what comes back is played, read along and drawn.

import {nameOf, save, subtitles, textOf, wav} from "./files.js";
import {forget, past, remember} from "./history.js";
import {Picture} from "./picture.js";
import {Player} from "./player.js";
import {Reading} from "./reading.js";
import {ask, RATE, ServerError, speak} from "./stream.js";

const $ = (id) => document.getElementById(id);
const SLIDERS = {
  speed: (value) => `${value.toFixed(2)} ×`,
  pitch: (value) => `${value > 0 ? "+" : ""}${value} semitones`,
  pause: (value) => `${value.toFixed(2)} s`,
  volume: (value) => `${value > 0 ? "+" : ""}${value} dB`,
};
const SSML = {
  "Pause": ['<break time="600ms"/>', ""],
  "Stress": ['<emphasis level="strong">', "</emphasis>"],
  "Higher": ['<prosody pitch="+2st">', "</prosody>"],
  "Slower": ['<prosody rate="80%">', "</prosody>"],
  "Softer": ['<prosody volume="-6dB">', "</prosody>"],
  "Spell out": ['<say-as interpret-as="characters">', "</say-as>"],
  "Read as": ['<sub alias="…">', "</sub>"],
};

const picture = new Picture($("canvas"), $("playhead"), RATE);
const reading = new Reading($("reading"), (seconds) => jump(seconds));
let current = null; // {player, abort, request, done} of the last speech

function say(message, bad = false) {
  $("status").textContent = message;
  $("status").classList.toggle("bad", bad);
}

function request() {
  const text = $("text").value;
  const marked = /<(break|emphasis|prosody|say-as|sub|phoneme|mark)\b/.test(text) && !/^\s*<(speak|\?xml)/.test(text);
  const lexicon = Object.fromEntries($("lexicon").value.split("\n").map((line) => line.trim().split(/\s+/))
    .filter((parts) => parts.length > 1).map(([word, ...phonemes]) => [word, phonemes.join(" ")]));
  const made = {
    input: marked ? `<speak>${text}</speak>` : text,
    voice: $("voice").value,
    model: $("model").value,
    speed: Number($("speed").value),
    pitch: Number($("pitch").value),
    volume: Number($("volume").value),
    pause_sentence: Number($("pause").value),
  };
  return Object.keys(lexicon).length ? {...made, lexicon} : made;
}

async function begin() {
  stop();
  const asked = request();
  if (!asked.input.trim()) { say("There is nothing to say: write a text.", true); $("text").focus(); return; }
  const abort = new AbortController();
  const speech = {request: asked, abort, done: false, words: [], sentences: []};
  // Made here, in the click, or browsers keep it silent.
  speech.player = new Player(RATE, (state) => { if (current === speech) show(state); });
  current = speech;
  picture.begin();
  reading.begin(asked.input);
  remember(asked);
  showPast();
  say("Working …");
  show("waiting");
  // In a narrow window the words stand far below the text.
  if (matchMedia("(max-width: 59.99rem)").matches) $("hearing").scrollIntoView();
  try {
    for await (const part of speak(asked, {key: $("key").value, signal: abort.signal})) {
      if (part.samples) { speech.player.append(part.samples); picture.append(part.samples); }
      if (part.sentence) { speech.sentences.push(part.sentence); reading.add(part.sentence); }
    }
    speech.done = true;
    speech.player.finish();
  } catch (error) {
    if (abort.signal.aborted) return;
    speech.player.finish();
    if (!speech.player.length) speech.player.close();
    say(error instanceof ServerError ? error.message : `The server cannot be reached: ${error.message}`, true);
  }
  if (current === speech) showDownloads();
}

function stop() {
  current?.abort.abort();
  current?.player.close();
}

function jump(seconds) {
  if (!current) return;
  if (current.player.state === "closed") { say("This speech was stopped: speak it again."); return; }
  current.player.seek(seconds * RATE);
  follow();
}

function show(state) {
  const open = ["waiting", "playing", "paused", "ended"].includes(state);
  $("pause-button").disabled = !open || state === "waiting";
  $("pause-button").textContent = {paused: "Go on", ended: "Again"}[state] ?? "Pause";
  $("stop").disabled = !open || state === "ended";
  $("restart").disabled = !open || state === "waiting";
  $("position").disabled = !open;
  document.body.dataset.state = state;
  const words = {waiting: "Working …", playing: "Speaking", paused: "Paused", ended: "Ended", closed: "Stopped"};
  if (!$("status").classList.contains("bad") || state === "waiting") say(words[state]);
  showDownloads();
  if (state === "playing") follow();
}

function showDownloads() {
  const some = Boolean(current?.player.length);
  document.querySelectorAll("#downloads button").forEach((button) => { button.disabled = !some; });
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
}

function follow() {
  const player = current?.player;
  if (!player || !player.length || player.state === "closed") return;
  const seconds = player.position / RATE;
  $("position").max = (player.length / RATE).toFixed(1);
  if (!$("position").matches(":active")) $("position").value = seconds;
  $("clock").textContent = `${clock(seconds)} of ${clock(player.length / RATE)}`;
  $("position").setAttribute("aria-valuetext", `${Math.round(seconds)} seconds`);
  picture.move(seconds);
  reading.show(seconds);
  if (player.state === "playing") requestAnimationFrame(follow);
}

async function open(file) {
  try {
    $("text").value = await textOf(file);
    say(`${file.name} is open.`);
    showSettings();
  } catch (error) {
    say(error.message, true);
  }
}

function showSettings() {
  for (const [id, shown] of Object.entries(SLIDERS)) $(`${id}-shown`).textContent = shown(Number($(id).value));
  $("count").textContent = `${Array.from($("text").value).length} characters`;
  const quoted = JSON.stringify(request()).replaceAll("'", "'\\''");
  const key = $("key").value ? " \\\n  -H 'Authorization: Bearer …'" : "";
  $("command").textContent =
    `curl ${new URL("v1/audio/speech", document.baseURI)} \\\n  -H 'Content-Type: application/json'${key} \\\n  -d '${quoted}' -o speech.mp3`;
}

function showPast() {
  const entries = past().map((entry) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = entry.input.slice(0, 90);
    button.addEventListener("click", () => restore(entry));
    item.append(button);
    return item;
  });
  $("past").replaceChildren(...entries);
  $("forget").disabled = !entries.length;
}

function restore(entry) {
  $("text").value = entry.input;
  const values = {speed: entry.speed, pitch: entry.pitch, volume: entry.volume, pause: entry.pause_sentence};
  for (const [id, value] of Object.entries(values)) if (typeof value === "number") $(id).value = value;
  for (const id of ["voice", "model"]) if ([...$(id).options].some((o) => o.value === entry[id])) $(id).value = entry[id];
  showSettings();
}

function insert(before, after) {
  const field = $("text"), {selectionStart: from, selectionEnd: to} = field;
  field.setRangeText(before + field.value.slice(from, to) + after, from, to, "end");
  field.focus();
  showSettings();
}

async function showPhonemes() {
  try {
    const {input, voice, lexicon} = request();
    const answer = await ask("v1/audio/phonemes", {body: {input, voice, lexicon}, key: $("key").value});
    $("phonemes").textContent = (await answer.json()).phonemes;
  } catch (error) {
    say(error.message, true);
  }
}

function download(form) {
  const {player, request: asked, sentences} = current;
  const words = sentences.flatMap((sentence) => sentence.words);
  const made = {
    wav: () => wav(player.samples.slice(0, player.length), RATE),
    json: () => new Blob([JSON.stringify({sentences}, null, 1)], {type: "application/json"}),
  }[form] ?? (() => subtitles(words, form));
  save(made(), nameOf(asked.input, form));
}

function pauseOrGoOn() {
  const player = current?.player;
  if (!player) return;
  if (player.state === "playing") player.pause(); else player.resume();
}

async function fill() {
  const key = $("key").value;
  const [voices, models] = await Promise.all([
    ask("v1/audio/voices", {key}).then((answer) => answer.json()),
    ask("v1/models", {key}).then((answer) => answer.json()),
  ]);
  const option = (value, text) => new Option(text, value);
  $("voice").replaceChildren(...voices.voices.filter((v) => !v.alias_of).map((v) => option(v.id, `${v.name} (${v.language}, ${v.gender}, ${v.description})`)));
  const aliases = /^(tts-1|gpt-|kokoro)/;
  $("model").replaceChildren(...models.data.filter((m) => !aliases.test(m.id)).map((m) => option(m.id, m.id)));
}

async function connect() {
  for (;;) {
    try {
      await fill();
      await ask("ready");
      say("Ready");
      return;
    } catch (error) {
      const asks = /API key/.test(error.message);
      say(asks ? "This server asks for an API key: see \u201cAs a command\u201d." : error.message, !(/being loaded/.test(error.message)));
      if (asks) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function listen() {
  const on = (id, event, action) => $(id).addEventListener(event, action);
  on("speak", "click", begin);
  on("pause-button", "click", pauseOrGoOn);
  on("stop", "click", stop);
  on("restart", "click", () => jump(0));
  on("position", "input", () => jump(Number($("position").value)));
  on("canvas", "click", (event) => jump(Math.min(picture.time(event.offsetX / $("canvas").clientWidth), (current?.player.length ?? 0) / RATE)));
  on("file", "change", (event) => { if (event.target.files[0]) open(event.target.files[0]); event.target.value = ""; });
  on("read", "click", showPhonemes);
  on("forget", "click", () => { forget(); showPast(); });
  on("key", "change", connect);
  for (const id of ["text", "lexicon", "voice", "model", "key", ...Object.keys(SLIDERS)]) on(id, "input", showSettings);
  document.querySelectorAll("#downloads button").forEach((b) => b.addEventListener("click", () => download(b.dataset.form)));
  for (const [name, marks] of Object.entries(SSML)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => insert(...marks));
    $("ssml-buttons").append(button);
  }
  for (const event of ["dragover", "dragleave", "drop"]) {
    on("writing", event, (drag) => {
      if (!drag.dataTransfer.types.includes("Files")) return;
      drag.preventDefault();
      $("text").classList.toggle("over", event === "dragover");
      if (event === "drop" && drag.dataTransfer.files[0]) open(drag.dataTransfer.files[0]);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); begin(); }
    else if (event.key === "Escape") stop();
    else if (event.key === " " && (event.target === document.body || event.target === $("reading"))) {
      event.preventDefault();
      pauseOrGoOn();
    }
  });
}

listen();
showSettings();
showPast();
connect();
