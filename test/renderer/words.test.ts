import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const renderer = resolve(import.meta.dirname, '../../src/renderer')

const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !name.startsWith('locales'),
)
const folders = [
  ...new Set(
    files.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('features/') ? 2 : 1)
        .join('/'),
    ),
  ),
]

/** Texts in attributes, in properties that are shown and between tags; Biome's noJsxLiterals sees the last of these, too. */
const words =
  /(?:\b(?:aria-label|aria-description|aria-roledescription|title|placeholder|label|hint|heading|text|summary|note)(?:=\{?|: )["'`](?=[A-Z][a-z]+[ "'`….,:])[^"'`]*)|(?:\? |: |return |=> |\?\? )["'`][A-Z][a-z]+ [a-z][^"'`]*/g

/** The same in every language: names, and what HTTP calls its headers. */
const names = /["'`](?:Crossbook|English|Deutsch|Authorization)\b/

it.each(folders)('texts are asked for, not written into the sources: %s', (folder) => {
  const found = files
    .filter((name) => name === folder || name.startsWith(`${folder}/`))
    .flatMap((name) => {
      const lines = readFileSync(join(renderer, name), 'utf8').split('\n')
      return lines.flatMap((line, index) =>
        [...line.matchAll(words)].flatMap(([text]) => (names.test(text) ? [] : [`${name}:${index + 1} ${text}`])),
      )
    })
  expect(found).toEqual([])
})
