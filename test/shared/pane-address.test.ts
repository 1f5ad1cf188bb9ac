import { describe, expect, it } from 'vitest'
import { paneHashOf, paneOfHash, paneOfUrl } from '../../src/shared/pane-address.ts'

const page = 'app://crossbook/'

describe('the address of a pane’s window', () => {
  it('names the pane', () => {
    expect(paneOfHash(paneHashOf('books-2'))).toBe('books-2')
    expect(paneOfUrl(`${page}#/pane/books-2`, page)).toBe('books-2')
  })

  it.each([
    ['another page', 'https://example.com/#/pane/a'],
    ['a page that begins alike', 'app://crossbook.example/#/pane/a'],
    ['a path before the hash', 'app://crossbook/other.html#/pane/a'],
    ['a query before the hash', 'app://crossbook/?x=1#/pane/a'],
    ['a screen', 'app://crossbook/#/markets'],
    ['more after the pane', 'app://crossbook/#/pane/a/b'],
    ['an id that is none', 'app://crossbook/#/pane/A%20b'],
    ['no id', 'app://crossbook/#/pane/'],
  ])('is none with %s', (_what, url) => expect(paneOfUrl(url, page)).toBeNull())
})
