/** Where a text stands in a frame. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** The text of a field: a new string each time. */
export const textOf = (bytes: Buffer, { start, end }: TextRange): string => bytes.toString('latin1', start, end)

/**
 * Strings for texts that come over and over, such as symbols: the bytes find the string made of them earlier. Of two texts that
 * meet on one of the 1,024 places the later stays, so that the memory is bounded whatever arrives.
 */
export class Names {
  private readonly names: string[] = Array.from({ length: 1024 }, () => '')

  find(bytes: Buffer, field: TextRange): string {
    const { start, end } = field
    let hash = end - start
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
    const place = (hash ^ (hash >>> 10)) & 1023
    const known = this.names[place] ?? ''
    if (isText(bytes, start, end, known)) return known
    const name = textOf(bytes, field)
    this.names[place] = name
    return name
  }
}

function isText(bytes: Uint8Array, start: number, end: number, expected: string): boolean {
  const length = end - start
  if (expected.length !== length) return false
  for (let index = 0; index < length; index++) if (bytes[start + index] !== expected.charCodeAt(index)) return false
  return true
}

/** Whether the text of a field is this one. */
export const fieldIs = (bytes: Uint8Array, { start, end }: TextRange, expected: string): boolean =>
  isText(bytes, start, end, expected)
