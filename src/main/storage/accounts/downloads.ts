/** Until when an account's lists were downloaded, in `meta`: `downloaded:fills:okx-main` is epoch ms as text. */
import type { Database } from 'better-sqlite3'
import { type AccountMemory, type DownloadMark, downloadedLists } from '../account-contract.ts'
import { createMetaReader } from '../meta.ts'

export const downloadKey = ({ account, list }: Pick<DownloadMark, 'account' | 'list'>): string =>
  `downloaded:${list}:${account}`

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
