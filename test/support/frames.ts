import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The lines of a fixture under test/fixtures, as the bytes that came off the wire. */
export const readFrames = (fixture: string): Buffer[] =>
  readFileSync(join(import.meta.dirname, '../fixtures', fixture), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line))
