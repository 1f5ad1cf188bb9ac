import { dataPartTitles } from '../../format/data-words.ts'
import { dataParts, screens, screenWords } from '../../stores/shell.ts'
import { Button, Keys } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { modifierKey } from './TopBar.tsx'

const letters = screens.map((screen) => `${screenWords[screen].letter} ${screenWords[screen].title}`).join(', ')

const groups: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['1 2 3', 'Markets, Spreads, Chart'],
      ['g k, g h', 'Books, History'],
      ['4 5 6 7 8 9', 'Balances, Orders, Fills, Positions, Transfers, PnL'],
      ['0', 'Accounts'],
      ['g d, g r', 'Data, Bots'],
      ['g n, g e', 'Connections, Settings'],
      ['g and a letter', `the others too: ${letters}`],
      [`${modifierKey} K`, 'find a symbol or command'],
      ['/', 'filter this screen'],
      ['a', 'alerts'],
      ['?', 'these keys'],
      ['Esc', 'close, or empty the filter'],
    ],
  },
  {
    title: 'Tables',
    keys: [
      ['↑ ↓', 'select a row'],
      ['Page Up, Page Down, Home, End', 'further at once'],
      ['Enter', 'open its chart, or what it stands for'],
      ['← →', 'close or open a group'],
      ['e', 'what is shown, as a CSV file'],
    ],
  },
  {
    title: 'Markets',
    keys: [
      ['w, Shift w', 'the next watchlist, or the one before'],
      ['s', 'star the selected symbol: into the watchlist, or out of it'],
    ],
  },
  {
    title: 'Desk (d, then another key)',
    keys: [
      ['g w', 'to the desk'],
      ['d ← → ↑ ↓', 'to the pane beside; d d or F6 to the next, Shift F6 back'],
      ['d Shift ← → ↑ ↓', 'move the pane: out of its tabs, past its neighbour, to the edge'],
      ['d t, then ← → ↑ ↓', 'move it into the tabs beside'],
      ['d ], d [', 'next tab, tab before'],
      ['d m', 'maximise the pane, or put it back'],
      ['d n, d x', 'add a pane, close this one'],
      ['d r, d b', 'the same pane once more, beside or below'],
      ['d o', 'the pane in a window of its own'],
      ['d 1 to d 6, d 0', 'link it with group A to F, or with none'],
      ['d l, d k', 'next layout, layout before'],
      ['d s', 'save the layout'],
      ['d e, d i', 'export the layout as a file, import one'],
    ],
  },
  { title: 'Balances', keys: [['x', 'open or close every group']] },
  {
    title: 'Orders',
    keys: [
      ['h', 'open orders, or the history'],
      ['x', 'open or close every group'],
    ],
  },
  {
    title: 'PnL',
    keys: [
      ['q', 'profit, or what the accounts were worth'],
      ['e, Shift e', 'symbols, or days, as a CSV file'],
    ],
  },
  { title: 'Accounts', keys: [['n', 'add one']] },
  { title: 'Data', keys: [['[ ]', dataParts.map((part) => dataPartTitles[part]).join(', ')]] },
  { title: 'Bots', keys: [['n', 'create a token']] },
  {
    title: 'Alerts',
    keys: [
      ['[ ]', 'Centre, Rules'],
      ['x', 'acknowledge the selected alert'],
      ['Shift x', 'acknowledge all'],
      ['n', 'a new rule'],
      ['Enter, t, y, Delete', 'edit, switch, copy or delete the selected rule'],
    ],
  },
  {
    title: 'Spreads',
    keys: [
      ['w, Shift w', 'the next watchlist, or the one before'],
      ['Enter, Esc', 'open or close the details of the selected pair'],
      ['f', 'hold the order still, or let it go'],
      ['c, h', 'chart of the selected pair, or its spread over time'],
    ],
  },
  {
    title: 'Chart',
    keys: [
      ['[ ]', 'shorter or longer period'],
      ['f, t', 'own fills, recorded public trades'],
      ['%', 'prices, or percent'],
      ['← →', 'scroll through time'],
      ['+ −', 'zoom'],
      ['End', 'back to now'],
    ],
  },
  {
    title: 'History',
    keys: [
      ['b', 'spread, or basis and funding'],
      ['x', 'the other direction of the pair'],
      ['[ ]', 'shorter or longer buckets'],
      ['← → Page Up Page Down', 'move the mark'],
      ['+ −, End', 'zoom, back to now'],
    ],
  },
  { title: 'Connections', keys: [['v', 'now, exchanges over time, markets']] },
  {
    title: 'Books',
    keys: [
      ['[ ]', 'the symbol before or after'],
      ['v', 'side by side, consolidated, heatmap'],
      ['− +, u', 'consolidated: smaller or larger buckets, the usual ones'],
      ['x', 'heatmap: the next exchange, or all'],
      ['← → ↑ ↓', 'heatmap: through time and price'],
      ['+ −, Page Up, Page Down', 'heatmap: zoom time, price'],
      ['End', 'heatmap: back to now'],
    ],
  },
]

export function KeysHelp() {
  const { shell } = useStores()
  const close = () => shell.getState().show(null)
  return (
    <Dialog label="Keys" onClose={close} className="max-h-[84vh] w-[64rem] max-w-[94vw]" testId="keys-help">
      <div className="flex flex-col gap-4 p-5">
        <div className="flex items-center justify-between">
          <h2 className="text-base font-semibold text-strong">Keys</h2>
          <Button kind="quiet" onClick={close}>
            Close
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
