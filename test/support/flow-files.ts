import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FLOWS = join(import.meta.dirname, '..', '..', 'flows');

/** An element of a flow file: a node, tab, group, subflow or config node. */
export interface FlowElement {
  id: string;
  type: string;
  name?: string;
  label?: string;
  info?: string;
  z?: string;
  g?: string;
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  wires?: string[][];
  [property: string]: unknown;
}

/** Every flow under flows/. */
export const FLOW_FILES: readonly string[] = readdirSync(FLOWS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

export function readFlowText(file: string): string {
  return readFileSync(join(FLOWS, file), 'utf8');
}

export function readFlow(file: string): FlowElement[] {
  return JSON.parse(readFlowText(file)) as FlowElement[];
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const CHARACTER = 7;
const ICON_AND_MARGIN = 50;
const GRID = 20;
const LINKS = ['link in', 'link out', 'junction'];

/** Where the editor draws a node, near enough: its place is its middle, and its width follows from its label. */
export function boxOf({ type, name = '', x = 0, y = 0, wires = [] }: FlowElement): Box {
  const label = name === '' ? type.replace('holdfast-', '') : name;
  const wanted = Math.max(100, label.length * CHARACTER + ICON_AND_MARGIN);
  const width = LINKS.includes(type) ? 30 : Math.ceil(wanted / GRID) * GRID;
  const height = Math.max(30, wires.length * 13);
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** What stands on the canvas. */
export function placed(flow: readonly FlowElement[]): FlowElement[] {
  return flow.filter(({ type, x, y, z }) => type !== 'group' && x !== undefined && y !== undefined && z !== undefined);
}
