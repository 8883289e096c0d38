// The one WebSocket: requests of docs/protocol.md out, their events back, and coming back after a loss.

const PAUSES = [500, 1000, 2000, 4000, 8000, 15000]; // ms between attempts, the last one for ever

// She refused: `code` for programs, the message is her sentence for people.
export class Refusal extends Error {
  constructor(event) {
    super(event.sentence);
    this.code = event.code;
  }
}

// The connection went away before the request was done.
export class Lost extends Error {
  constructor() {
    super("The connection to her was lost.");
  }
}

// Dispatches `open` and `lost` on itself; `lost` has `detail.attempts`, how often reaching her has failed since.
export class Wire extends EventTarget {
  #address;
  #socket = null;
  #waiting = new Map(); // request id -> what takes its events
  #next = 1;
  #attempts = 0;
  #timer = 0;

  constructor(address) {
    super();
    this.#address = address;
    addEventListener("online", () => this.tryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.tryNow());
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempts = 0;
      this.dispatchEvent(new Event("open"));
    };
    socket.onmessage = (message) => this.#take(JSON.parse(message.data));
    socket.onclose = () => this.#close();
  }

  tryNow() {
    if (this.#socket?.readyState === WebSocket.CLOSED) this.connect();
  }

  // Yields the events of one request up to `done`; throws Refusal on `error`, Lost when the connection goes.
  async *ask(name, fields = {}) {
    if (!this.open) throw new Lost();
    const id = String(this.#next++);
    const queue = [];
    let wake;
    this.#waiting.set(id, (event) => { queue.push(event); wake?.(); });
    this.#socket.send(JSON.stringify({ ...fields, ask: name, id }));
    try {
      for (;;) {
        while (queue.length === 0) await new Promise((resolve) => { wake = resolve; });
        const event = queue.shift();
        if (event.event === "done") return;
        if (event.event === "lost") throw new Lost();
        if (event.event === "error") throw new Refusal(event);
        yield event;
      }
    } finally {
      this.#waiting.delete(id);
    }
  }

  // For requests with a single answer: the last event before `done`.
  async one(name, fields) {
    let answer = null;
    for await (const event of this.ask(name, fields)) answer = event;
    return answer;
  }

  #take(event) {
    // An error without an id belongs to a message that could not be read as a request: the only one under way knows.
    if (event.id === null || event.id === undefined) this.#tellAll(event);
    else this.#waiting.get(event.id)?.(event);
  }

  #tellAll(event) {
    for (const take of [...this.#waiting.values()]) take(event);
  }

  #close() {
    const pause = PAUSES[Math.min(this.#attempts++, PAUSES.length - 1)];
    this.#tellAll({ event: "lost" });
    this.dispatchEvent(new CustomEvent("lost", { detail: { attempts: this.#attempts } }));
    this.#timer = setTimeout(() => this.connect(), pause * (0.8 + 0.4 * Math.random()));
  }
}
