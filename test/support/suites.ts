/** A program that a suite needs from the machine. Any one of `programs` will do. */
export interface ProgramNeed {
  programs: readonly string[];
  /** The Debian package that brings it. */
  aptPackage: string;
}

/** The specs of one folder under test/, run by mocha in a process of their own. */
export interface Suite {
  name: string;
  /** Limit of one test, in milliseconds, where the test sets none of its own. */
  timeout: number;
  /** Whether the specs use `dist/`. */
  usesBuild: boolean;
  needs: readonly ProgramNeed[];
}

export const CHROMIUM: ProgramNeed = { programs: ['chromium', 'chromium-browser'], aptPackage: 'chromium' };

/** All suites, in the order in which `npm test` runs them: what fails fast comes first. */
export const SUITES: readonly Suite[] = [
  { name: 'unit', timeout: 10_000, usesBuild: false, needs: [] },
  { name: 'node', timeout: 20_000, usesBuild: false, needs: [] },
  { name: 'flow', timeout: 60_000, usesBuild: true, needs: [] },
  { name: 'process', timeout: 300_000, usesBuild: true, needs: [] },
  { name: 'browser', timeout: 120_000, usesBuild: true, needs: [CHROMIUM] },
  { name: 'package', timeout: 300_000, usesBuild: true, needs: [] },
];
