/** What exchanges' pages put on the clipboard when a key was made. Pure; the text is a secret and goes nowhere else. */
import { z } from 'zod'

export interface PastedKey {
  readonly key: string
  readonly secret: string
  readonly passphrase: string | null
}

const labels = [
  ['passphrase', /^(api\s*)?pass\s*(phrase|word)\s*[:=]\s*/i],
  ['secret', /^(api\s*)?secret(\s*key)?\s*[:=]\s*/i],
  ['key', /^(api|access)?\s*key\s*[:=]\s*/i],
] as const

const pem = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(-----END [A-Z ]*PRIVATE KEY-----)/

/**
 * A one-line field takes the line breaks out of a private key, and a file of JSON writes them as `\n`; with them back it is one again.
 * Other secrets stay as they are.
 */
export function secretText(text: string): string {
  const [, begin, body, end] = pem.exec(text.replaceAll('\\n', '\n')) ?? []
  if (begin === undefined || body === undefined || end === undefined) return text.trim()
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return [begin, ...lines, end].join('\n')
}

/** A key's file as JSON: its secret is a private key under one name, the key itself a name or an id. */
const KeyFile = z.union([
  z.object({ name: z.string().min(1), privateKey: z.string().min(1) }),
  z.object({ id: z.string().min(1), privateKey: z.string().min(1) }),
])

function parseKeyFile(text: string): PastedKey | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = KeyFile.safeParse(json)
  if (!parsed.success) return null
  const { privateKey } = parsed.data
  const key = 'name' in parsed.data ? parsed.data.name : parsed.data.id
  return { key: key.trim(), secret: secretText(privateKey), passphrase: null }
}

/**
 * Key and secret (and passphrase) pasted at once: one a line, with or without `API Key:` before it, two words on one line, or the file
 * of JSON that came with the key. null: it is not such a text, and is pasted where it was meant to go.
 */
export function parsePastedKey(text: string): PastedKey | null {
  if (text.trimStart().startsWith('{')) return parseKeyFile(text)
  const privateKey = pem.exec(text)?.[0]
  if (privateKey !== undefined) {
    const key = text
      .replace(privateKey, '')
      .replace(/secret(\s*key)?\s*[:=]\s*$/i, '')
      .trim()
      .replace(labels[2][1], '')
    return key === '' || /\s/.test(key) ? null : { key, secret: secretText(privateKey), passphrase: null }
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const words = lines.length === 1 ? (lines[0] ?? '').split(/\s+/) : lines
  if (words.length < 2 || words.length > 3) return null
  const parts = new Map<keyof PastedKey, string>()
  const unlabelled: string[] = []
  for (const word of words) {
    const found = labels.find(([, label]) => label.test(word))
    const value = found ? word.replace(found[1], '').trim() : word
    if (value === '' || /\s/.test(value)) return null
    if (found) parts.set(found[0], value)
    else unlabelled.push(value)
  }
  const key = parts.get('key') ?? unlabelled.shift()
  const secret = parts.get('secret') ?? unlabelled.shift()
  const passphrase = parts.get('passphrase') ?? unlabelled.shift() ?? null
  if (key === undefined || secret === undefined || unlabelled.length > 0) return null
  return { key, secret, passphrase }
}
