import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Watchlists } from '../../../shared/settings.ts'
import { listChange, symbolsOf } from '../../stores/watchlists.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { type LineProblem, readList } from './read-list.ts'
import { useListChange } from './useListChange.ts'

/** A list is a few kilobytes; what is larger is something else. */
const maximumFileBytes = 1_000_000

interface ImportFormProps {
  readonly lists: Watchlists
  /** The list that was looked at: its name is offered first; null: none. */
  readonly into: string | null
  onDone(name: string): void
  onCancel(): void
}

/** A pasted or opened list, read while it is written: what was not understood stays in the text and is told by its line. */
export function ImportForm({ lists, into, onDone, onCancel }: ImportFormProps) {
  const { settings } = useStores()
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const [text, setText] = useState('')
  const [name, setName] = useState(into ?? 'Imported')
  const { change, problem, setProblem } = useListChange()
  const subscribed = useStore(settings, (state) => state.settings?.symbols)
  const { symbols, problems, repeated } = useMemo(() => readList(text, subscribed), [text, subscribed])
  const target = name.trim()
  const isThere = Object.hasOwn(lists, target)
  const open = async (chosen: File | undefined) => {
    if (!chosen) return
    if (chosen.size > maximumFileBytes)
      return setProblem(`${chosen.name} is larger than 1 MB: that is no list of symbols.`)
    const read = await chosen.text().catch((error: unknown) => {
      setProblem(`${chosen.name} could not be read: ${error instanceof Error ? error.message : String(error)}`)
      return null
    })
    if (read === null) return
    setProblem(null)
    setText(read)
    const title = chosen.name
      .replace(/\.\w+$/, '')
      .slice(0, 40)
      .trim()
    if (title !== '') setName(title)
  }
  const save = async () => {
    if (await change((now) => listChange(target, [...symbolsOf(now, target), ...symbols]))) onDone(target)
  }
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div className="flex items-center justify-between gap-2">
        <label htmlFor={`${id}-text`} className="text-strong">
          Paste a list
        </label>
        <Button onClick={() => file.current?.click()}>Open a file…</Button>
        <input
          ref={file}
          type="file"
          aria-label="File with a list of symbols"
          accept=".txt,.csv,text/plain,text/csv"
          className="hidden"
          data-testid="import-file"
          onChange={({ target: { files } }) => void open(files?.[0])}
        />
      </div>
      <textarea
        id={`${id}-text`}
        ref={area}
        data-testid="import-text"
        spellCheck={false}
        rows={7}
        placeholder={'BTC/USDT\nETHUSDT.P\nBINANCE:SOLUSDT, OKX:XRPUSDT'}
        className="w-full resize-none rounded border border-line bg-base px-2 py-1 font-mono text-xs text-text select-text"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p data-testid="import-summary" role="status">
        {text.trim() === ''
          ? 'One symbol a line, several with commas, a CSV with a column “symbol”, or a list of TradingView.'
          : `${symbols.length} ${symbols.length === 1 ? 'symbol' : 'symbols'}${repeated > 0 ? `, ${repeated} repeated` : ''}${problems.length > 0 ? `; ${problems.length} not understood:` : ''}`}
      </p>
      {problems.length > 0 && <Problems problems={problems} />}
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={`${id}-name`}>{isThere ? 'Add to' : 'As the new list'}</label>
        <TextField
          id={`${id}-name`}
          className="w-44"
          maxLength={40}
          value={name}
          data-testid="import-name"
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" kind="primary" disabled={symbols.length === 0 || target === ''}>
          {problems.length > 0 ? `Save ${symbols.length}, leave ${problems.length} out` : 'Save'}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className="text-down">
          {problem}
        </p>
      )}
    </form>
  )
}

const Problems = ({ problems }: { readonly problems: readonly LineProblem[] }) => (
  <div className="max-h-32 overflow-y-auto rounded border border-line">
    <table className="w-full text-left text-2xs" aria-label="Lines that were not understood">
      <thead className="text-muted">
        <tr>
          <th scope="col" className="px-2 text-right font-normal">
            Line
          </th>
          <th scope="col" className="px-2 font-normal">
            Text
          </th>
          <th scope="col" className="px-2 font-normal">
            Why
          </th>
        </tr>
      </thead>
      <tbody>
        {problems.map(({ line, text, reason }, index) => (
          // One line may hold the same word twice.
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is written anew as a whole
          <tr key={index} className="border-t border-line align-top">
            <td className="px-2 text-right">{line}</td>
            <td className="w-40 px-2 font-mono break-all select-text">{text}</td>
            <td className="px-2">{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
