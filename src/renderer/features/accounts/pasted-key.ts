/** What exchanges' pages put on the clipboard when a key was made. Pure; the text is a secret and goes nowhere else. */

export interface PastedKey {
  readonly key: string
  readonly secret: string
  readonly passphrase: string | null
}

type Part = keyof PastedKey

const labels: readonly (readonly [Part, RegExp])[] = [
  ['passphrase', /^(api\s*)?pass\s*(phrase|word)\s*[:=]\s*/i],
  ['secret', /^(api\s*)?secret(\s*key)?\s*[:=]\s*/i],
  ['key', /^(api|access)?\s*key\s*[:=]\s*/i],
]

/**
 * Key and secret (and passphrase) pasted at once: one a line, with or without `API Key:` before it, or two words on one line.
 * null: it is not such a text, and is pasted where it was meant to go.
 */
export function parsePastedKey(text: string): PastedKey | null {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const words = lines.length === 1 ? (lines[0] ?? '').split(/\s+/) : lines
  if (words.length < 2 || words.length > 3) return null
  const parts: { [part in Part]?: string } = {}
  const unlabelled: string[] = []
  for (const word of words) {
    const found = labels.find(([, label]) => label.test(word))
    const value = found ? word.replace(found[1], '').trim() : word
    if (value === '' || /\s/.test(value)) return null
    if (found) parts[found[0]] = value
    else unlabelled.push(value)
  }
  const key = parts.key ?? unlabelled.shift()
  const secret = parts.secret ?? unlabelled.shift()
  const passphrase = parts.passphrase ?? unlabelled.shift() ?? null
  if (key === undefined || secret === undefined || unlabelled.length > 0) return null
  return { key, secret, passphrase }
}
