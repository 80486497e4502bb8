/** A small renderer: what is wanted is described, and what is there is changed to it, so that focus and open disclosures stay. */

/** An element that is wanted. */
export interface Description {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
}

/** What may stand in an element; nothing stands for `undefined` and `false`. */
export type Child = Description | string | undefined | false;

/** Attributes by name; `data-key` tells siblings of one kind apart, and need not be unique. */
export interface Attributes {
  readonly [name: string]: string | number | undefined | (() => void);
  /** How much of a flex container it takes, next to its siblings. Set through the CSSOM, which a strict CSP allows. */
  readonly grow?: number;
  readonly onclick?: () => void;
}

/** Describes an element. */
export function h(tag: string, attributes: Attributes, ...children: readonly Child[]): Description {
  return { tag, attributes, children };
}

/** Changes the children of `parent` to what is wanted. Elements stay the same as long as their tag, part and key do. */
export function patch(parent: Element | ShadowRoot, wanted: readonly Child[]): void {
  const present = new Map(named([...parent.childNodes], nameOfNode));
  const children = named(wanted.filter((child) => child !== undefined && child !== false), nameOfChild);
  const nodes = children.map(([name, child]) => present.get(name) ?? create(parent.ownerDocument, child));
  const kept = new Set<Node>(nodes);
  for (const node of present.values()) if (!kept.has(node)) node.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = node.nextSibling;
    else parent.insertBefore(node, next);
  }
  for (const [index, [, child]] of children.entries()) update(nodes[index] as ChildNode, child);
}

function create(document: Document, child: Description | string): ChildNode {
  return typeof child === "string" ? document.createTextNode(child) : document.createElement(child.tag);
}

function update(node: ChildNode, child: Description | string): void {
  if (typeof child === "string") {
    if (node.nodeValue !== child) node.nodeValue = child;
    return;
  }
  const element = node as HTMLElement;
  const { grow, onclick, ...attributes } = child.attributes;
  if (grow !== undefined) element.style.flexGrow = String(grow);
  element.onclick = onclick ?? null;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
  patch(element, child.children);
}

/** Values with names that no two of them share: the second of a name is its `#1`. */
function named<T>(values: readonly T[], nameOf: (value: T) => string): [string, T][] {
  const counts = new Map<string, number>();
  return values.map((value) => {
    const name = nameOf(value);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return [`${name}#${count}`, value];
  });
}

function nameOfNode(node: ChildNode): string {
  if (!(node instanceof Element)) return "";
  return nameOf(node.localName, node.getAttribute("part"), node.getAttribute("data-key"));
}

function nameOfChild(child: Description | string): string {
  if (typeof child === "string") return "";
  const { part, "data-key": key } = child.attributes;
  return nameOf(child.tag, part, key);
}

/** The first name of a part says what it is, the others how it is at the moment. */
function nameOf(tag: string, part: unknown, key: unknown): string {
  return `${tag} ${String(part ?? "").split(" ")[0]} ${String(key ?? "")}`;
}
