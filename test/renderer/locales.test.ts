import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const renderer = resolve(import.meta.dirname, '../../src/renderer')
const locales = join(renderer, 'locales')

type Texts = { readonly [key: string]: string | Texts }

const namespaces = readdirSync(join(locales, 'en')).flatMap((name) =>
  name.endsWith('.json') ? [name.replace('.json', '')] : [],
)

const leaves = (texts: Texts, path: readonly string[] = []): readonly (readonly [key: string, text: string])[] =>
  Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'string' ? [[[...path, name].join('.'), value] as const] : leaves(value, [...path, name]),
  )

const textsOf = (language: string, namespace: string) =>
  new Map(leaves(JSON.parse(readFileSync(join(locales, language, `${namespace}.json`), 'utf8'))))

/** What a text is filled with and marked up with: `{{count, grouped}}` and `<mark>`. */
const slotsOf = (text: string) => [...(text.match(/\{\{[^}]*\}\}|<\/?\w+\/?>/g) ?? [])].sort()

const folderOf = (namespace: string) =>
  [join(renderer, 'features', namespace), join(renderer, namespace)].find((folder) => existsSync(folder))

const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('locales'))
  .map((name) => ({ name, text: readFileSync(join(renderer, name), 'utf8') }))

const withoutPlural = (key: string) => key.replace(/_(?:zero|one|two|few|many|other)$/, '')

function isUsed(key: string, text: string): boolean {
  const parts = key.split('.')
  return (
    new RegExp(`['"\`]${withoutPlural(key).replaceAll('.', '\\.')}['"\`]`).test(text) ||
    parts.some((_, depth) => depth > 0 && text.includes(`\`${parts.slice(0, depth).join('.')}.\${`))
  )
}

describe('the texts of the screens', () => {
  it.each(namespaces)('has the same keys, values and marks in every language: %s', (namespace) => {
    const english = textsOf('en', namespace)
    const german = textsOf('de', namespace)
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [key, text] of english) {
      expect(text, key).not.toBe('')
      expect(german.get(key), key).not.toBe('')
      expect(slotsOf(german.get(key) ?? ''), key).toEqual(slotsOf(text))
    }
  })

  it.each(namespaces)('says nothing that no screen asks for: %s', (namespace) => {
    expect(folderOf(namespace), 'a namespace is a folder').toBeDefined()
    const users = sources.filter(({ text }) => text.includes(`textsOf('${namespace}')`))
    const unused = [...textsOf('en', namespace).keys()].filter((key) => !users.some(({ text }) => isUsed(key, text)))
    expect(unused).toEqual([])
  })

  it('has a plural wherever a text counts', () => {
    for (const namespace of namespaces)
      for (const [key, text] of textsOf('en', namespace))
        if (/\{\{count\b/.test(text)) expect(key, `${namespace}: ${text}`).toMatch(/_(?:one|other)$/)
  })
})
