// <spi-explorer src="data.json">: the explorer as an element of any page, its style shut in a shadow root.

import { h } from "./dom.js";
import { mount } from "./main.js";

export class SpiExplorer extends HTMLElement {
  #running = null;

  async connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const inner = this.querySelector('script[type="application/json"]');
    const src = this.getAttribute("src") ?? new URL("data.json", import.meta.url).href;
    let data = null;
    try {
      data = inner ? JSON.parse(inner.textContent) : await (await fetch(src)).json();
    } catch {
      root.replaceChildren(h("p", {}, `The explorer could not read its data from ${src}.`));
      return;
    }
    if (!this.isConnected) return;
    const css = typeof EXPLORER_CSS === "string" ? EXPLORER_CSS : null;
    const base = this.getAttribute("base") ?? (inner ? null : new URL(".", new URL(src, location.href)).href);
    this.#running = mount(root, data, { css, url: this.getAttribute("address") === "none" ? "none" : "hash", base });
  }

  disconnectedCallback() {
    this.#running?.destroy();
    this.#running = null;
  }
}

if (!customElements.get("spi-explorer")) customElements.define("spi-explorer", SpiExplorer);
