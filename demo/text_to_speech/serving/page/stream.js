// Speech from the server: one request, whose answer brings word times and samples as events.

export const RATE = 24000; // samples per second of what is asked for

export class ServerError extends Error {}

/** Ask for an address of this server; every address is relative, so that the page works below a path prefix. */
export async function ask(path, {body, key, signal} = {}) {
  const headers = key ? {Authorization: `Bearer ${key}`} : {};
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(new URL(path, document.baseURI), {
    method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal,
  });
  if (!answer.ok) {
    const told = await answer.json().catch(() => null);
    throw new ServerError(told?.error?.message ?? `the server answered ${answer.status}`);
  }
  return answer;
}

/** Yield {samples: Int16Array}, {sentence: {text, words, …}} and {end: true}, as they come. */
export async function* speak(request, {key, signal}) {
  const body = {...request, response_format: "pcm", sample_rate: RATE, stream_format: "sse", timestamps: "word"};
  const answer = await ask("v1/audio/speech", {body, key, signal});
  for await (const event of events(answer.body)) {
    if (event.type === "speech.audio.delta") yield {samples: samplesOf(event.audio)};
    else if (event.type === "speech.timestamps") yield {sentence: event};
    else if (event.type === "speech.audio.done") { yield {end: true}; return; }
    else if (event.type === "error") throw new ServerError(event.error.message);
  }
  throw new ServerError("the connection broke before the speech had ended");
}

/** Yield the objects of a stream of server-sent events. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const line = block.split("\n").find((one) => one.startsWith("data: "));
        if (line) yield JSON.parse(line.slice(6));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function samplesOf(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < binary.length; k++) bytes[k] = binary.charCodeAt(k);
  const view = new DataView(bytes.buffer);
  const samples = new Int16Array(bytes.length >> 1);
  for (let k = 0; k < samples.length; k++) samples[k] = view.getInt16(2 * k, true);
  return samples;
}
