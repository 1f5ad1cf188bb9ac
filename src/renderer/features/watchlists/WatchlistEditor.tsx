import { useState } from 'react'
import { useStore } from 'zustand'
import type { Watchlists } from '../../../shared/settings.ts'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { listChange, renameChange, symbolsOf } from '../../stores/watchlists.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, TextField } from '../../ui/controls.tsx'
import { downloadText } from '../../ui/download.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { UnwatchedNotice } from '../../ui/WatchlistPicker.tsx'
import { readList, writeList } from './read-list.ts'
import { useListChange } from './useListChange.ts'

const t = textsOf('watchlists')

interface WatchlistEditorProps {
  readonly lists: Watchlists
  readonly name: string
  onRenamed(name: string): void
  onDeleted(): void
}

/** One list: its name, its symbols, and what can be done with it. */
export function WatchlistEditor({ lists, name, onRenamed, onDeleted }: WatchlistEditorProps) {
  const { settings, watchlists, shell } = useStores()
  const subscribed = useStore(settings, (state) => state.settings?.symbols)
  const [isDeleting, setDeleting] = useState(false)
  const { change, problem, setProblem } = useListChange()
  const symbols = symbolsOf(lists, name)
  const rename = async (next: string) => {
    if (next === '' || next === name) return
    if (Object.hasOwn(lists, next)) return setProblem(t('exists', { name: next }))
    if (!(await change((now) => renameChange(now, name, next)))) return
    if (watchlists.getState().chosen === name) watchlists.getState().choose(next)
    onRenamed(next)
  }
  const showIt = () => {
    watchlists.getState().choose(name)
    shell.getState().go('markets')
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <TextField
          aria-label={t('editor.name')}
          className="w-56 font-semibold"
          maxLength={40}
          defaultValue={name}
          data-testid="watchlist-name"
          onBlur={({ target }) => void rename(target.value.trim())}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') void rename(currentTarget.value.trim())
          }}
        />
        <Button kind="primary" onClick={showIt}>
          {t('editor.show')}
        </Button>
        <Button
          disabled={symbols.length === 0}
          onClick={() => downloadText(`${name}.txt`, 'text/plain', writeList(symbols))}
        >
          {t('editor.export')}
        </Button>
        <Button kind="danger" className="ml-auto" onClick={() => setDeleting(true)}>
          {t('editor.delete')}
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className="text-down">
          {problem}
        </p>
      )}
      <ul aria-label={t('editor.symbols', { name })} className="flex flex-wrap gap-1.5">
        {symbols.map((symbol) => (
          <li key={symbol} className="flex h-7 items-center rounded border border-line bg-base pl-2">
            <span className="font-medium text-strong">{formatSymbol(symbol)}</span>
            <button
              type="button"
              aria-label={t('editor.takeOut', { symbol: formatSymbol(symbol), name })}
              className="h-full px-2 text-muted hover:text-down"
              onClick={() =>
                void change((now) =>
                  listChange(
                    name,
                    symbolsOf(now, name).filter((other) => other !== symbol),
                  ),
                )
              }
            >
              ✕
            </button>
          </li>
        ))}
        {symbols.length === 0 && <li className="text-muted">{t('editor.empty')}</li>}
      </ul>
      <AddSymbols
        name={name}
        onAdd={(added) => change((now) => listChange(name, [...symbolsOf(now, name), ...added]))}
      />
      {subscribed !== undefined && (
        <UnwatchedNotice symbols={symbols.filter((symbol) => !subscribed.includes(symbol))} />
      )}
      {isDeleting && (
        <ConfirmDialog
          title={t('deletion.title', { name })}
          confirmText={t('deletion.confirm')}
          cancelText={t('deletion.cancel')}
          testId="delete-watchlist"
          confirm={async () => {
            const isDone = await change(() => ({ path: ['watchlists', name], value: null }))
            if (isDone) onDeleted()
            return isDone ? null : t('deletion.failed')
          }}
          onClose={() => setDeleting(false)}
        >
          <p>{t('deletion.why', { count: symbols.length })}</p>
        </ConfirmDialog>
      )}
    </div>
  )
}

function AddSymbols({ name, onAdd }: { readonly name: string; onAdd(symbols: readonly string[]): Promise<boolean> }) {
  const { settings } = useStores()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const add = async () => {
    const { symbols, problems } = readList(text, settings.getState().settings?.symbols)
    const [first] = problems
    setProblem(first === undefined ? null : `${first.text}: ${first.reason}`)
    if (first === undefined && symbols.length > 0 && (await onAdd(symbols))) setText('')
  }
  return (
    <div className="flex flex-col gap-1">
      <TextField
        aria-label={t('editor.add', { name })}
        placeholder={t('editor.addPlaceholder')}
        className="w-80"
        value={text}
        data-testid="add-to-watchlist"
        aria-invalid={problem !== null}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') void add()
        }}
      />
      {problem !== null && (
        <p role="alert" className="text-down">
          {problem}
        </p>
      )}
    </div>
  )
}
