/** Who is compared, and how each is set. */

export interface Contender {
  readonly name: string
  /** The module that speaks for it. */
  readonly module: string
  readonly setting: string
  /** For the reader of the table. */
  readonly note: string
}

const GOSSIPSUB = './others/gossipsub.js'
const FANOUT_TREE = './others/fanout-tree.js'

export const CONTENDERS: readonly Contender[] = [
  {
    name: 'treecast',
    module: './treecast.ts',
    setting: 'default',
    note: 'defaults but for packetMs, which is the time between two messages'
  },
  {
    name: 'gossipsub',
    module: GOSSIPSUB,
    setting: 'default',
    note: 'defaults: D 6, flood publishing, signatures checked'
  },
  {
    name: 'gossipsub, light',
    module: GOSSIPSUB,
    setting: 'light',
    note: 'D 2, Dlo 1, Dhi 3, no flood publishing, IDONTWANT for all sizes, duplicates known before their signature is checked'
  },
  {
    name: 'FanoutTree',
    module: FANOUT_TREE,
    setting: 'default',
    note: 'defaults, 4 children each'
  },
  {
    name: 'FanoutTree, watchful',
    module: FANOUT_TREE,
    setting: 'watchful',
    note: 'and leaves a parent that is silent for 1 s, and repairs from neighbours'
  }
]
