/** Keys of two strokes, like `w m`: a first one that only waits, and what the second one does. */

/** The second key comes within this, or the first one is forgotten. */
const withinMs = 1_500

export interface Chord {
  /** KeyboardEvent.key */
  readonly first: string
  /** KeyboardEvent.key and what it does. */
  readonly seconds: Readonly<Record<string, () => void>>
}

export interface Chords {
  /** The returned function ends it. */
  add(chord: Chord): () => void
  /** True where the key was one of these, and nobody else's. */
  take(key: string, at: number): boolean
}

export function createChords(): Chords {
  const chords = new Set<Chord>()
  let waiting: { readonly chord: Chord; readonly until: number } | null = null
  return {
    add(chord) {
      chords.add(chord)
      return () => {
        chords.delete(chord)
        if (waiting?.chord === chord) waiting = null
      }
    },
    take(key, at) {
      // Shift alone comes before `?` and its like.
      if (key === 'Shift') return false
      const second = waiting !== null && at <= waiting.until ? waiting.chord.seconds[key] : undefined
      waiting = null
      if (second !== undefined) {
        second()
        return true
      }
      const chord = [...chords].find(({ first }) => first === key)
      if (chord === undefined) return false
      waiting = { chord, until: at + withinMs }
      return true
    },
  }
}

/** Those of this page. */
export const chords = createChords()
