/** What a caught value has to say: anything can be thrown. */

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Of the system, SQLite or a library, as `ENOENT`; empty: it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
