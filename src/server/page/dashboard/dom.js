// server/dashboard: making and keeping elements. Text from data only ever becomes text nodes.

/** @import { Drawn } from '../dashboard-types.ts' */

/**
 * An element with attributes and children; strings become text, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, unknown>>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/**
 * Sets, or with undefined or false removes, an attribute; touches the document only when it differs.
 *
 * @param {Element} node
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value))
    node.setAttribute(name, value === true ? '' : String(value));
}

/**
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes the children of `parent` stand for `items`, in order, keeping the node of every key that stays.
 *
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {{ key: (item: T) => string, create: (item: T) => HTMLElement & Drawn<T> }} part
 */
export function keep(parent, items, { key, create }) {
  /** @type {(HTMLElement & Drawn<T>)[]} */
  const children = drawn(parent);
  const known = new Map(children.map((node) => [node.dataset['key'], node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const node = known.get(id) ?? create(item);
    known.delete(id);
    node.dataset['key'] = id;
    node.update(item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of known.values()) node.remove();
}

/**
 * The children that `keep` made of items; the document itself does not know what its children can do.
 *
 * @template T
 * @param {Element} parent
 * @returns {(HTMLElement & Drawn<T>)[]}
 */
export function drawn(parent) {
  return /** @type {(HTMLElement & Drawn<T>)[]} */ ([...parent.children]);
}

/**
 * An element of the document by its id.
 *
 * @param {string} id
 */
export function part(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no element ${id}`);
  return node;
}

/** @param {string} text */
export function capitalised(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** @param {unknown} cause */
export function messageOf(cause) {
  return cause instanceof Error ? cause.message : String(cause);
}
