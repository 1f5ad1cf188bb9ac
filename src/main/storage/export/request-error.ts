/** A request that cannot be right; the message names the field, its value and what would be. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}
