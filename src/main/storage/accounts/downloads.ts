/**
 * Until when an account's lists were downloaded, in `meta`: `downloaded:fills:okx-main` is epoch ms as text, `downloaded:symbols:htx-main`
 * the symbols whose past is whole, a space between.
 */
import type { Database } from 'better-sqlite3'
import { type AccountMemory, type DownloadMark, downloadedLists } from '../account-contract.ts'
import { createMetaReader, type createMetaWriter } from '../meta.ts'

export const downloadKey = ({ account, list }: Pick<DownloadMark, 'account' | 'list'>): string =>
  `downloaded:${list}:${account}`

const pastSymbolsKey = (account: string): string => `downloaded:symbols:${account}`

export function saveDownload(setMeta: ReturnType<typeof createMetaWriter>, mark: DownloadMark): void {
  setMeta({ key: downloadKey(mark), value: String(mark.until) })
  if (mark.symbols !== undefined) setMeta({ key: pastSymbolsKey(mark.account), value: mark.symbols.join(' ') })
}

export function createPastSymbolsReader(database: Database): (account: string) => AccountMemory['pastSymbols'] {
  const meta = createMetaReader(database)
  return (account) => {
    const text = meta(pastSymbolsKey(account))
    return text === null ? null : text.split(' ').filter((symbol) => symbol !== '')
  }
}

export function createDownloadsReader(database: Database): (account: string) => AccountMemory['downloads'] {
  const meta = createMetaReader(database)
  return (account) => {
    const marks = downloadedLists.flatMap((list): [string, number][] => {
      const text = meta(downloadKey({ account, list }))
      return text !== null && /^\d{1,15}$/.test(text) ? [[list, Number(text)]] : []
    })
    return Object.fromEntries(marks)
  }
}
