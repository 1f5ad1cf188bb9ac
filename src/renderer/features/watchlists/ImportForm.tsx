import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Watchlists } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'
import { listChange, symbolsOf } from '../../stores/watchlists.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { type LineProblem, type ReadList, readList } from './read-list.ts'
import { useListChange } from './useListChange.ts'

const t = textsOf('watchlists')

/** A list is a few kilobytes; what is larger is something else. */
const maximumFileBytes = 1_000_000

interface ImportFormProps {
  readonly lists: Watchlists
  /** The list that was looked at: its name is offered first; null: none. */
  readonly into: string | null
  onDone(name: string): void
  onCancel(): void
}

/** How much of a text was understood. */
function summaryText({ symbols, repeated, problems }: ReadList): string {
  const counts = { count: symbols.length, repeated, problems: problems.length }
  if (problems.length > 0) return repeated > 0 ? t('summary.both', counts) : t('summary.problems', counts)
  return repeated > 0 ? t('summary.repeated', counts) : t('summary.read', counts)
}

/** A pasted or opened list, read while it is written: what was not understood stays in the text and is told by its line. */
export function ImportForm({ lists, into, onDone, onCancel }: ImportFormProps) {
  const { settings } = useStores()
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const [text, setText] = useState('')
  const [name, setName] = useState(into ?? t('import.name'))
  const { change, problem, setProblem } = useListChange()
  const subscribed = useStore(settings, (state) => state.settings?.symbols)
  const list = useMemo(() => readList(text, subscribed), [text, subscribed])
  const { symbols, problems } = list
  const target = name.trim()
  const isThere = Object.hasOwn(lists, target)
  const open = async (chosen: File | undefined) => {
    if (!chosen) return
    if (chosen.size > maximumFileBytes) return setProblem(t('import.tooLarge', { file: chosen.name }))
    const read = await chosen.text().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      setProblem(t('import.unreadable', { file: chosen.name, why }))
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
          {t('import.paste')}
        </label>
        <Button onClick={() => file.current?.click()}>{t('import.openFile')}</Button>
        <input
          ref={file}
          type="file"
          aria-label={t('import.file')}
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
        {text.trim() === '' ? t('summary.nothing') : summaryText(list)}
      </p>
      {problems.length > 0 && <Problems problems={problems} />}
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={`${id}-name`}>{isThere ? t('import.addTo') : t('import.asNew')}</label>
        <TextField
          id={`${id}-name`}
          className="w-44"
          maxLength={40}
          value={name}
          data-testid="import-name"
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" kind="primary" disabled={symbols.length === 0 || target === ''}>
          {problems.length > 0
            ? t('import.savePart', { symbols: symbols.length, problems: problems.length })
            : t('import.save')}
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          {t('import.cancel')}
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
    <table className="w-full text-left text-2xs" aria-label={t('problems.table')}>
      <thead className="text-muted">
        <tr>
          <th scope="col" className="px-2 text-right font-normal">
            {t('problems.line')}
          </th>
          <th scope="col" className="px-2 font-normal">
            {t('problems.text')}
          </th>
          <th scope="col" className="px-2 font-normal">
            {t('problems.why')}
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
