import { useCallback, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../i18n.ts'
import { type History, readEveryPage } from '../stores/history.ts'
import type { List } from '../stores/list.ts'
import { downloadText, fileName } from './download.ts'
import { useStores } from './StoresContext.tsx'
import { type FileColumn, tableCsv } from './table.ts'

const t = textsOf('ui')

/**
 * The list as it is shown: until it has come, the rows of the one before, as long as nothing keeps it from coming. Rows of another filter
 * that stayed would be taken for those of this one.
 */
export const shownList = <T>(list: List<T>, before: readonly T[]): List<T> =>
  list.isLoaded || list.problem !== null || list.rows.length > 0 ? list : { ...list, rows: before }

/**
 * Reads a list and keeps it up to date for as long as the component shows it: pushes, and anew at each opening of the link and
 * change of accounts. Until a list with another filter has come, the rows of the one before stay.
 */
export function useHistory<T>(history: History<T>): List<T> {
  const { api, link } = useStores()
  useEffect(() => {
    const load = () => void history.store.getState().load()
    let { generation } = link.getState()
    const ends = [
      history.follow(),
      api.on('accounts.changed', load),
      link.subscribe(({ state, generation: current }) => {
        if (state !== 'open' || current === generation) return
        generation = current
        load()
      }),
    ]
    load()
    return () => {
      for (const end of ends) end()
    }
  }, [history, api, link])
  const list = useStore(history.store)
  const before = useRef<readonly T[]>([])
  useEffect(() => {
    if (list.isLoaded) before.current = list.rows
    else if (list.problem !== null) before.current = []
  }, [list])
  return shownList(list, before.current)
}

export interface CsvExport {
  /** Rows read so far while a file is being made; null: none is. */
  readonly count: number | null
  /** Begins a file, or ends the one under way. */
  toggle(): void
}

/** The file of everything that passes a list's filter: what is not on the screen yet is read for it. */
export function useHistoryCsv<T>(
  subject: string,
  history: History<T>,
  list: List<T>,
  columns: readonly FileColumn<T>[],
): CsvExport {
  const { shell } = useStores()
  const [count, setCount] = useState<number | null>(null)
  const isWanted = useRef(false)
  useEffect(
    () => () => {
      isWanted.current = false
    },
    [],
  )
  const toggle = useCallback(async () => {
    if (isWanted.current) {
      isWanted.current = false
      return
    }
    const save = (rows: readonly T[]) =>
      downloadText(fileName(subject, 'csv', new Date()), 'text/csv', tableCsv(columns, rows))
    if (list.isComplete) return save(list.rows)
    isWanted.current = true
    setCount(0)
    const reply = await readEveryPage(history.readPage, (read) => {
      if (isWanted.current) setCount(read)
      return isWanted.current
    })
    isWanted.current = false
    setCount(null)
    if (!reply.ok) shell.getState().tell(t('csv.failed', { problem: reply.message }))
    else if (reply.value !== null) save(reply.value)
  }, [subject, history, list, columns, shell])
  return { count, toggle: () => void toggle() }
}
