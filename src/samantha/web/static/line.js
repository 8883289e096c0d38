// <living-line>: one thread. It breathes when she is here, folds into an infinity sign while she thinks and
// unravels a little as her words come. Attributes: state (here, thinking, speaking, away), still, thin (off the record).

import { h } from "./dom.js";

const POSES = {
  // size: share of the half box; tilt: how far the ring bends in depth; fold: 0 ring, 1 infinity sign;
  // spin: rad/s; breath: share of the size; fps: how often it is worth drawing
  away: { size: 0.6, tilt: 0.02, fold: 0, spin: 0.03, breath: 0.01, fps: 8 },
  here: { size: 0.66, tilt: 0.15, fold: 0, spin: 0.16, breath: 0.035, fps: 15 },
  thinking: { size: 0.7, tilt: 0.1, fold: 1, spin: 0.8, breath: 0.02, fps: 30 },
  speaking: { size: 0.66, tilt: 0.1, fold: 0, spin: 0.3, breath: 0.015, fps: 30 },
};
const POINTS = 192;
const STRETCH = 8; // points drawn with one width and colour
const STRANDS = 5;
const BREATH = 5.5; // seconds
const TAU = 2 * Math.PI;

const mix = (a, b, share) => a + (b - a) * share;
const numbers = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);

// Where point i of a strand stands: x, y in shares of the half box, z towards the viewer.
function place(i, strand, { tilt, fold, turn, time, loose }) {
  const t = (i / POINTS) * TAU;
  const flutter = Math.sin(5 * t - 4 * time + 0.8 * strand) * 0.6 + Math.sin(9 * t + 5.4 * time - 0.5 * strand) * 0.3;
  const radius = 1 + loose * flutter * (0.55 + 0.45 * Math.sin(t - 1.6 * turn)) + 0.05 * Math.sin(2 * t + 0.7 * turn + 1);
  const ring = [radius * Math.cos(t), radius * Math.sin(t), tilt * 2 * Math.sin(2 * t + 1.2 * turn) + 0.28 * Math.sin(t + turn)];
  const eight = [1.15 * Math.sin(t), 1.05 * Math.sin(t) * Math.cos(t), 0.4 * Math.cos(t + turn)];
  const [x, y, z] = ring.map((value, axis) => mix(value, eight[axis], fold));
  const depth = z + strand * loose * 0.35;
  const lean = mix(0.3, 0.1, fold), roll = mix(0.22 * turn, 0, fold);
  const leant = y * Math.cos(lean) - depth * Math.sin(lean);
  return [x * Math.cos(roll) - leant * Math.sin(roll), x * Math.sin(roll) + leant * Math.cos(roll), depth];
}

class LivingLine extends HTMLElement {
  static observedAttributes = ["state", "still", "thin"];
  #canvas = h("canvas", { "aria-hidden": "true" });
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #watch = [];
  #pose = { ...POSES.away };
  #turn = 0.6;
  #time = 0;
  #level = 0; // 0 to 1: how much her words move her just now
  #last = 0;
  #frame = 0;
  #seen = true;

  connectedCallback() {
    this.replaceChildren(this.#canvas);
    const redraw = () => this.#wake();
    const size = new ResizeObserver(redraw);
    size.observe(this);
    const sight = new IntersectionObserver(([entry]) => { this.#seen = entry.isIntersecting; redraw(); });
    sight.observe(this);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#watch = [size, sight, theme];
    for (const source of this.#sources()) source.addEventListener("change", redraw);
    document.addEventListener("visibilitychange", redraw);
  }

  disconnectedCallback() {
    for (const observer of this.#watch) observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  attributeChangedCallback() {
    this.#wake();
  }

  // A word came.
  pulse() {
    this.#level = 1;
  }

  #sources() {
    return [this.#calm, matchMedia("(prefers-color-scheme: dark)"), matchMedia("(forced-colors: active)")];
  }

  get #still() {
    return this.hasAttribute("still") || this.#calm.matches;
  }

  #wake() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    if (!this.#seen || document.hidden || !this.isConnected) return; // woken again when that changes
    const target = POSES[this.getAttribute("state")] ?? POSES.away;
    if (this.#still) {
      this.#rest(target);
      this.#paint();
      return;
    }
    const passed = now - this.#last;
    if (passed >= 1000 / (this.#moving(target) ? 60 : target.fps) - 4) {
      this.#move(target, Math.min(0.1, passed / 1000));
      this.#last = now;
      this.#paint();
    }
    this.#frame = requestAnimationFrame((next) => this.#draw(next));
  }

  #rest(target) {
    this.#pose = { ...target };
    this.#turn = 0.6;
    this.#time = 0.9;
    this.#level = this.getAttribute("state") === "speaking" ? 0.6 : 0;
  }

  #moving(target) {
    return this.#level > 0.02 || Math.abs(this.#pose.fold - target.fold) > 0.01;
  }

  #move(target, seconds) {
    const near = 1 - Math.exp(-4 * seconds);
    for (const key of Object.keys(target)) this.#pose[key] = mix(this.#pose[key], target[key], near);
    this.#level *= Math.exp(-1.6 * seconds);
    this.#turn += this.#pose.spin * seconds;
    this.#time += seconds;
  }

  #paint() {
    const scale = Math.min(2, devicePixelRatio), canvas = this.#canvas;
    const width = Math.round(this.clientWidth * scale), height = Math.round(this.clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const brush = canvas.getContext("2d");
    brush.clearRect(0, 0, width, height);
    brush.lineCap = brush.lineJoin = "round";
    const loose = 0.24 * this.#level * (1 - this.#pose.fold);
    const strands = loose > 0.004 ? STRANDS : 1;
    const colours = [getComputedStyle(document.body).backgroundColor, getComputedStyle(this).color].map(numbers);
    const offsets = Array.from({ length: strands }, (_, n) => n - (strands - 1) / 2);
    offsets.sort((a, b) => Math.abs(b) - Math.abs(a)); // the middle one lies on top
    for (const offset of offsets) this.#strand(brush, offset, strands, loose, colours);
  }

  #strand(brush, offset, strands, loose, [ground, thread]) {
    const { width, height } = brush.canvas, half = Math.min(width, height) / 2;
    const swell = 1 + this.#pose.breath * Math.sin((this.#time / BREATH) * TAU);
    const form = { ...this.#pose, turn: this.#turn, time: this.#time, loose };
    const points = Array.from({ length: POINTS + 1 }, (_, i) => {
      const [x, y, z] = place(i, offset, form), reach = (half * this.#pose.size * swell) / (1 - 0.14 * z);
      return [width / 2 + x * reach, height / 2 + y * reach, z];
    });
    const fade = strands === 1 ? 1 : 1 - (0.6 * Math.abs(offset)) / ((strands - 1) / 2);
    const step = this.hasAttribute("thin") ? 2 * STRETCH : STRETCH; // off the record every other stretch is left out
    for (let i = 0; i < POINTS; i += step) {
      const near = Math.max(0, Math.min(1, 0.5 + points[i + STRETCH / 2][2] / 1.1));
      const share = mix(0.5, 1, near) * fade;
      brush.strokeStyle = `rgb(${thread.map((value, c) => Math.round(mix(ground[c], value, share))).join()})`;
      brush.lineWidth = (half / 200) * mix(1.6, 5, near) * (strands === 1 ? 1.1 : 0.5 + 0.4 * fade);
      brush.beginPath();
      for (let j = i; j <= i + STRETCH; j++) brush.lineTo(points[j][0], points[j][1]);
      brush.stroke();
    }
  }
}

customElements.define("living-line", LivingLine);
