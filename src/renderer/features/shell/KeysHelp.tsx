import { dataPartTitles } from '../../format/data-words.ts'
import { textsOf } from '../../i18n.ts'
import { dataParts, type Screen, screens, screenWords } from '../../stores/shell.ts'
import { Button, Keys } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { modifierKey } from './TopBar.tsx'

const t = textsOf('shell')

const letters = screens.map((screen) => `${screenWords[screen].letter} ${screenWords[screen].title}`).join(', ')

const titleOf = (screen: Screen): string => screenWords[screen].title
const titlesOf = (...those: readonly Screen[]): string => those.map(titleOf).join(', ')

const groups: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: t('keys.groups.everywhere'),
    keys: [
      ['1 2 3', titlesOf('markets', 'spreads', 'chart')],
      ['g k, g h', titlesOf('books', 'history')],
      ['4 5 6 7 8 9', titlesOf('balances', 'orders', 'fills', 'positions', 'transfers', 'pnl')],
      ['0', titlesOf('accounts')],
      ['g d, g r', titlesOf('data', 'bots')],
      ['g n, g e', titlesOf('connections', 'settings')],
      [t('keys.strokes.letter'), t('keys.everywhere.letters', { letters })],
      [`${modifierKey} K`, t('keys.everywhere.find')],
      ['/', t('keys.everywhere.filter')],
      ['a', t('keys.everywhere.alerts')],
      ['?', t('keys.everywhere.keys')],
      ['Esc', t('keys.everywhere.escape')],
    ],
  },
  {
    title: t('keys.groups.tables'),
    keys: [
      ['↑ ↓', t('keys.tables.select')],
      ['Page Up, Page Down, Home, End', t('keys.tables.further')],
      ['Enter', t('keys.tables.open')],
      ['← →', t('keys.tables.group')],
      ['e', t('keys.tables.file')],
    ],
  },
  {
    title: titleOf('markets'),
    keys: [
      ['w, Shift w', t('keys.watchlist.next')],
      ['s', t('keys.watchlist.star')],
    ],
  },
  {
    title: t('keys.groups.desk'),
    keys: [
      ['g w', t('keys.desk.open')],
      ['d ← → ↑ ↓', t('keys.desk.beside')],
      ['d Shift ← → ↑ ↓', t('keys.desk.move')],
      [t('keys.strokes.intoTabs'), t('keys.desk.moveIntoTabs')],
      ['d ], d [', t('keys.desk.tabs')],
      ['d m', t('keys.desk.maximise')],
      ['d n, d x', t('keys.desk.add')],
      ['d r, d b', t('keys.desk.split')],
      ['d o', t('keys.desk.window')],
      [t('keys.strokes.groups'), t('keys.desk.link')],
      ['d l, d k', t('keys.desk.layouts')],
      ['d s', t('keys.desk.save')],
      ['d e, d i', t('keys.desk.files')],
    ],
  },
  { title: titleOf('balances'), keys: [['x', t('keys.list.all')]] },
  {
    title: titleOf('orders'),
    keys: [
      ['h', t('keys.orders.parts')],
      ['x', t('keys.list.all')],
    ],
  },
  {
    title: titleOf('pnl'),
    keys: [
      ['q', t('keys.pnl.parts')],
      ['e, Shift e', t('keys.pnl.files')],
    ],
  },
  { title: titleOf('accounts'), keys: [['n', t('keys.accounts.add')]] },
  { title: titleOf('data'), keys: [['[ ]', dataParts.map((part) => dataPartTitles[part]).join(', ')]] },
  { title: titleOf('bots'), keys: [['n', t('keys.bots.create')]] },
  {
    title: titleOf('alerts'),
    keys: [
      ['[ ]', t('keys.alerts.parts')],
      ['w, Shift w', t('keys.watchlist.next')],
      ['x', t('keys.alerts.acknowledge')],
      ['Shift x', t('keys.alerts.acknowledgeAll')],
      ['n', t('keys.alerts.add')],
      ['Enter, t, y, Delete', t('keys.alerts.rule')],
    ],
  },
  {
    title: titleOf('spreads'),
    keys: [
      ['w, Shift w', t('keys.watchlist.next')],
      ['Enter, Esc', t('keys.spreads.details')],
      ['f', t('keys.spreads.hold')],
      ['c, h', t('keys.spreads.open')],
    ],
  },
  {
    title: titleOf('chart'),
    keys: [
      ['[ ]', t('keys.chart.period')],
      ['f, t', t('keys.chart.marks')],
      ['%', t('keys.chart.scale')],
      ['← →', t('keys.chart.scroll')],
      ['+ −', t('keys.chart.zoom')],
      ['End', t('keys.chart.now')],
    ],
  },
  {
    title: titleOf('history'),
    keys: [
      ['b', t('keys.history.parts')],
      ['x', t('keys.history.direction')],
      ['[ ]', t('keys.history.buckets')],
      ['← → Page Up Page Down', t('keys.history.mark')],
      ['+ −, End', t('keys.history.zoom')],
    ],
  },
  { title: titleOf('connections'), keys: [['v', t('keys.connections.parts')]] },
  {
    title: titleOf('books'),
    keys: [
      ['[ ]', t('keys.books.symbol')],
      ['v', t('keys.books.parts')],
      ['− +, u', t('keys.books.buckets')],
      ['x', t('keys.books.exchange')],
      ['← → ↑ ↓', t('keys.books.scroll')],
      ['+ −, Page Up, Page Down', t('keys.books.zoom')],
      ['End', t('keys.books.now')],
    ],
  },
]

export function KeysHelp() {
  const { shell } = useStores()
  const close = () => shell.getState().show(null)
  return (
    <Dialog label={t('keys.title')} onClose={close} className="max-h-[84vh] w-[64rem] max-w-[94vw]" testId="keys-help">
      <div className="flex flex-col gap-4 p-5">
        <div className="flex items-center justify-between">
          <h2 className="text-base font-semibold text-strong">{t('keys.title')}</h2>
          <Button kind="quiet" onClick={close}>
            {t('close')}
          </Button>
        </div>
        <div className="columns-2 gap-8">
          {groups.map(({ title, keys }) => (
            <section key={title} className="mb-4 break-inside-avoid">
              <h3 className="mb-1 text-2xs font-semibold text-muted">{title}</h3>
              <dl className="grid grid-cols-[13rem_1fr] gap-y-1">
                {keys.map(([key, meaning]) => (
                  <div key={key} className="contents">
                    <dt>
                      <Keys>{key}</Keys>
                    </dt>
                    <dd>{meaning}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  )
}
