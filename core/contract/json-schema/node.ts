import type { Evaluated } from './evaluated.ts';
import type { Resource } from './library.ts';
import type { Broken, Run } from './run.ts';

/** Whether a value holds. `seen` is given where somebody asks which members and elements were looked at. */
export type Check = (value: unknown, run: Run, seen: Evaluated | undefined) => boolean;

const FALSE_SCHEMA: Broken = { keyword: 'false schema', wanted: false };

/** A schema in its place: its checks are filled in after it can be referred to, so that schemas may lead back to themselves. */
export class SchemaNode {
  readonly resource: Resource;
  #check: Check = () => true;

  constructor(resource: Resource) {
    this.resource = resource;
  }

  static always(resource: Resource, holds: boolean): SchemaNode {
    const node = new SchemaNode(resource);
    if (!holds) node.fill((value, run) => run.fail(FALSE_SCHEMA, value));
    return node;
  }

  fill(check: Check): void {
    this.#check = check;
  }

  /** Checks the value itself. */
  check(value: unknown, run: Run, seen: Evaluated | undefined): boolean {
    run.enter(this.resource);
    const holds = this.#check(value, run, seen);
    run.leave();
    return holds;
  }

  /** Checks a member or an element of the value. */
  checkInside(name: string | number, value: unknown, run: Run): boolean {
    if (!run.findings) return this.check(value, run, undefined);
    run.path.push(String(name));
    const holds = this.check(value, run, undefined);
    run.path.pop();
    return holds;
  }

  /** Only whether the value holds: what breaks is not its fault, as in one of many alternatives. */
  test(value: unknown, run: Run, seen: Evaluated | undefined): boolean {
    const { findings } = run;
    run.findings = undefined;
    const holds = this.check(value, run, seen);
    run.findings = findings;
    return holds;
  }
}
