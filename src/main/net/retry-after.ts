/** The wait that a Retry-After header asks for: seconds or an HTTP date (RFC 9110, 10.2.3); null where it is absent or unreadable. */
export function retryAfterMs(header: string | readonly string[] | undefined, now: number): number | null {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  // Date.parse takes much that is no HTTP date ("-5" is a month): a date names its day first.
  const at = /^[a-z]{3,9},? /i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(at) ? Math.max(0, at - now) : null
}
