/** Files by which other schedulers run a sweep: GNU parallel on machines that share a folder, and Slurm's job arrays. */

import { quoted } from './cell.js'

export type Scheduler = 'slurm' | 'parallel'

export interface JobFiles {
  /** Texts by name. */
  readonly files: ReadonlyMap<string, string>
  /** What is to be typed in the sweep's folder. */
  readonly command: string
}

/** Slurm's own limit for an array, unless its administrator says otherwise: `MaxArraySize` is 1001. */
const MOST_TASKS = 1_000

/**
 * @param ids of the cells that are missing
 * @param folder of the sweep, absolute: every machine must see it there
 */
export function jobFiles(
  scheduler: Scheduler,
  name: string,
  ids: readonly string[],
  folder: string
): JobFiles {
  const list = `missing.${scheduler}.txt`
  const script = `${scheduler}.sh`
  const text = scheduler === 'slurm' ? slurm(name, ids.length, folder, list) : parallel(folder, list)
  return {
    files: new Map([
      [list, ids.map((id) => `${id}\n`).join('')],
      [script, text]
    ]),
    command: scheduler === 'slurm' ? `sbatch ${script}` : `bash ${script}`
  }
}

/** More cells than tasks are dealt out in turn. */
function slurm(name: string, count: number, folder: string, list: string): string {
  const tasks = Math.max(1, Math.min(count, MOST_TASKS))
  return `#!/bin/bash
#SBATCH --job-name=treecast-${name}
#SBATCH --array=0-${tasks - 1}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --output=slurm-%A.log --open-mode=append
#SBATCH --requeue
# One task simulates one cell${count > tasks ? ', or several in turn' : ''}; each leaves a file. "treecast sweep ." makes the report, and does what is missing.
set -eu
cd -- ${quoted(folder)}
mapfile -t cells < ${list}
status=0
for ((i = SLURM_ARRAY_TASK_ID; i < \${#cells[@]}; i += ${tasks})); do
  \${TREECAST:-treecast} sweep . --cell "\${cells[i]}" || status=1
done
exit "$status"
`
}

function parallel(folder: string, list: string): string {
  return `#!/bin/bash
# Arguments are GNU parallel's: --jobs 8, or --sshlogin host1,host2 where all machines see this folder. "treecast sweep ." makes the report.
set -eu
cd -- ${quoted(folder)}
exec parallel --workdir ${quoted(folder)} "$@" "\${TREECAST:-treecast} sweep . --cell {}" :::: ${list}
`
}
