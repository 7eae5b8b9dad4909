interface Made<Thing> {
  /** What the options were then. */
  options: string;
  thing: Thing;
}

/**
 * Lets all tests that are made of one object of options share what was made of it: a fleet has thousands of tests of a handful of
 * settings. When the object has changed meanwhile, it is made anew.
 */
export function sharedBy<Options extends object, Thing>(make: (options: Options) => Thing): (options: Options) => Thing {
  const known = new WeakMap<Options, Made<Thing>>();
  return (options) => {
    const text = textOf(options);
    if (text === undefined) return make(options);
    const made = known.get(options);
    if (made?.options === text) return made.thing;
    const thing = make(options);
    known.set(options, { options: text, thing });
    return thing;
  };
}

/** Undefined for what is no plain JSON. */
function textOf(options: object): string | undefined {
  try {
    return JSON.stringify(options);
  } catch {
    return undefined;
  }
}
