/** What could not be decoded: damaged, or of a version that is not known. */
export class DamagedDataError extends Error {}
