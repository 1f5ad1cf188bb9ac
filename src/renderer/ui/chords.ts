/** Keys of several strokes, like `d m`: first ones that only wait, and what the last one does. */

/** The next key comes within this, or those before it are forgotten. */
const withinMs = 1_500

/** By stroke: what it does, or the strokes that may follow it. */
export interface Strokes {
  readonly [stroke: string]: (() => void) | Strokes
}

export interface Chord {
  readonly first: string
  readonly seconds: Strokes
}

/** A key as chords name it: KeyboardEvent.key, and `Shift ArrowLeft` where Shift makes no other character of it. */
export const strokeOf = ({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): string =>
  shiftKey && key.startsWith('Arrow') ? `Shift ${key}` : key

export interface Chords {
  /** The returned function ends it. */
  add(chord: Chord): () => void
  /** True where the stroke was one of these, and nobody else's. */
  take(stroke: string, at: number): boolean
}

export function createChords(): Chords {
  const chords = new Set<Chord>()
  let waiting: { readonly chord: Chord; readonly next: Strokes; readonly until: number } | null = null
  return {
    add(chord) {
      chords.add(chord)
      return () => {
        chords.delete(chord)
        if (waiting?.chord === chord) waiting = null
      }
    },
    take(stroke, at) {
      // Shift alone comes before `?` and its like.
      if (stroke === 'Shift') return false
      const before = waiting !== null && at <= waiting.until ? waiting : null
      waiting = null
      const next = before?.next[stroke]
      if (before !== null && next !== undefined) {
        if (typeof next === 'function') next()
        else waiting = { chord: before.chord, next, until: at + withinMs }
        return true
      }
      const chord = [...chords].find(({ first }) => first === stroke)
      if (chord === undefined) return false
      waiting = { chord, next: chord.seconds, until: at + withinMs }
      return true
    },
  }
}

/** Those of this page. */
export const chords = createChords()
