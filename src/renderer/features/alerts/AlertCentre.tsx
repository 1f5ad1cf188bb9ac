import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { AcknowledgeRequest, AlertFilter } from '../../../shared/alert-rules.ts'
import { Alert, asksToBeSeen } from '../../../shared/domain/index.ts'
import { alertKinds, severityWords } from '../../format/alert-words.ts'
import { textsOf } from '../../i18n.ts'
import { createAlertHistory } from '../../stores/alert-history.ts'
import { ListCount, ListEmpty, ListEnd } from '../../ui/AccountStates.tsx'
import { Button, Empty, Keys, Select, TextField } from '../../ui/controls.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { CsvButton } from '../../ui/ListFilters.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useHistory, useHistoryCsv } from '../../ui/useHistory.ts'
import { useNow } from '../../ui/useNow.ts'
import { oneOf, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { useWatchlist } from '../../ui/useWatchlist.ts'
import { WatchlistPicker } from '../../ui/WatchlistPicker.tsx'
import { alertColumns, alertFile } from './columns.tsx'
import { isListed } from './listed.ts'

const t = textsOf('alerts')

/** Newest first, as the pages come. */
const order = { by: 'at', descending: true } as const
const keepOrder = () => {}
const keyOf = ({ id }: Alert): string => String(id)
/** A rule of the trader's among the kinds of alerts. */
const ruleMark = 'rule:'

const severityOptions: readonly { readonly value: Alert['severity'] | ''; readonly text: string }[] = [
  { value: '', text: t('filter.anySeverity') },
  ...Alert.shape.severity.options.map((value) => ({ value, text: severityWords[value].text })),
]
const kindOptions = Alert.shape.rule.options
  .filter((value) => value !== 'opportunity')
  .map((value) => ({ value: value as string, text: alertKinds[value] }))
const stateOptions = [
  { value: '', text: t('filter.seenOrNot') },
  { value: 'new', text: t('filter.new') },
] as const

const severityState = oneOf(severityOptions)
const seenState = oneOf(stateOptions)

/** Every alert, live and stored: filtered, acknowledged one by one or all at once. */
export function AlertCentre() {
  const { api, alerts, settings, shell } = useStores()
  const [severity, setSeverity] = usePaneState<Alert['severity'] | ''>('severity', severityState, '')
  const [chosen, setChosen] = usePaneState('rule', writtenText, '')
  const [state, setState] = usePaneState<'' | 'new'>('state', seenState, '')
  const [text, setText] = usePaneState('text', writtenText, '')
  const [selected, setSelected] = useState<Alert | null>(null)
  const rules = useStore(settings, (one) => one.settings?.alerts.rules)
  const unacknowledged = useStore(alerts, (one) => one.unacknowledged)
  const watchlist = useWatchlist()
  const now = useNow(60_000)
  const searched = useDeferredValue(text).trim()
  const filter = useMemo<AlertFilter>(() => {
    const kind = Alert.shape.rule.safeParse(chosen)
    return {
      severity: severity === '' ? null : severity,
      rule: kind.success ? kind.data : null,
      ruleId: chosen.startsWith(ruleMark) ? chosen.slice(ruleMark.length) : null,
      text: searched === '' ? null : searched.slice(0, 80),
      unacknowledged: state === 'new',
    }
  }, [severity, chosen, searched, state])
  const { name: listName, shows, choose } = watchlist
  const passes = useMemo(
    () => (listName === null ? undefined : (alert: Alert) => isListed(alert, shows)),
    [listName, shows],
  )
  const history = useMemo(() => createAlertHistory(api, filter, passes), [api, filter, passes])
  const list = useHistory(history)
  const csv = useHistoryCsv('alerts', history, list, alertFile)
  const columns = useMemo(() => alertColumns(now), [now])
  const ruleOptions = useMemo(
    () => [
      { value: '', text: t('filter.anyRule') },
      ...Object.entries(rules ?? {}).map(([id, { name }]) => ({
        value: `${ruleMark}${id}`,
        text: t('filter.ruleNamed', { name }),
      })),
      ...kindOptions,
    ],
    [rules],
  )
  const acknowledge = useCallback(
    async (request: AcknowledgeRequest) => {
      const reply = await api.call('alerts.acknowledge', request)
      if (!reply.ok) shell.getState().tell(t('acknowledge.failed', { why: reply.message }))
    },
    [api, shell],
  )
  const one = useCallback(
    (alert: Alert | null) => {
      const current = alert && list.rows.find(({ id }) => id === alert.id)
      if (current && asksToBeSeen(current) && current.acknowledgedAt === null) void acknowledge({ ids: [current.id] })
    },
    [list.rows, acknowledge],
  )
  // What comes while the key is pressed was not seen by anybody.
  const all = () => {
    const newest = list.rows[0]
    if (newest) void acknowledge({ upTo: Math.max(newest.id, alerts.getState().alerts[0]?.id ?? 0) })
  }
  const isFiltered = severity !== '' || chosen !== '' || state !== '' || text !== ''
  const clear = () => {
    setSeverity('')
    setChosen('')
    setState('')
    setText('')
  }
  useScreenKeys([
    ['x', () => one(selected)],
    ['X', all],
    ['e', csv.toggle],
  ])
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel" data-testid="alert-centre">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <TextField
          data-filter
          data-testid="alert-text"
          aria-label={t('filter.text')}
          placeholder={t('filter.placeholder')}
          className="w-40"
          maxLength={80}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={({ key, currentTarget }) => {
            if (key !== 'Escape') return
            if (text === '') currentTarget.blur()
            else setText('')
          }}
        />
        <WatchlistPicker list={watchlist} />
        <Select<Alert['severity'] | ''>
          label={t('filter.severity')}
          data-testid="alert-severity"
          value={severity}
          options={severityOptions}
          onChange={setSeverity}
        />
        <Select
          label={t('filter.rule')}
          data-testid="alert-rule"
          value={chosen}
          options={ruleOptions}
          onChange={setChosen}
          className="max-w-48"
        />
        <Select<'' | 'new'>
          label={t('filter.seen')}
          data-testid="alert-state"
          value={state}
          options={stateOptions}
          onChange={setState}
        />
        {isFiltered && (
          <Button kind="quiet" onClick={clear}>
            {t('filter.clear')}
          </Button>
        )}
        <span className="flex-1" />
        {listName === null || !list.isLoaded ? (
          <ListCount list={list} what="alerts" testId="alerts-count" />
        ) : (
          <span className="text-2xs text-muted" data-testid="alerts-count">
            {t(list.isComplete ? 'count.list' : 'count.listNewest', { count: list.rows.length, name: listName })}
          </span>
        )}
        <Button
          disabled={unacknowledged === 0 || list.rows.length === 0}
          data-testid="acknowledge-all"
          title={listName === null ? t('acknowledge.allHint') : t('acknowledge.allHintList', { name: listName })}
          onClick={all}
        >
          {t('acknowledge.all')} <Keys>X</Keys>
        </Button>
        <CsvButton {...csv} disabled={list.rows.length === 0} testId="alerts-csv" />
      </div>
      <DataTable<Alert>
        label={t('title')}
        testId="alerts-grid"
        columns={columns}
        rows={list.rows}
        keyOf={keyOf}
        sort={order}
        onSort={keepOrder}
        minWidth={840}
        onSelect={setSelected}
        onOpen={one}
        onEnd={list.loadOlder}
        footer={<ListEnd list={list} what="alerts" />}
        empty={
          listName !== null && list.isLoaded && list.problem === null ? (
            <Empty title={t(isFiltered ? 'empty.listFilters' : 'empty.list', { name: listName })}>
              {isFiltered && <Button onClick={clear}>{t('empty.clear')}</Button>}
              <Button onClick={() => choose(null)}>{t('empty.allSymbols')}</Button>
            </Empty>
          ) : (
            <ListEmpty list={list} what="alerts" isFiltered={isFiltered} onClear={clear}>
              <p>{t('empty.why')}</p>
            </ListEmpty>
          )
        }
      />
    </div>
  )
}
