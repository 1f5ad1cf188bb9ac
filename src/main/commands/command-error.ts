/** What a command could not do, in one clear line for the person who gave it; exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
