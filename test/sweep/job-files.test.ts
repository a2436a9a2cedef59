import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { jobFiles } from '../../src/sweep/job-files.js'

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `cell-${i}`)

describe('job files', () => {
  for (const scheduler of ['slurm', 'parallel'] as const) {
    it(`for ${scheduler} are what bash takes, in any folder`, () => {
      const { files, command } = jobFiles(scheduler, 'mine', ids(3), "/a folder/it's $HOME")
      expect(command).to.match(new RegExp(`^(?:sbatch|bash) ${scheduler}\\.sh$`))
      const text = files.get(`${scheduler}.sh`)!
      const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
      expect(status, stderr).to.equal(0)
      expect(text).to.include(`cd -- '/a folder/it'\\''s $HOME'`)
      expect(files.get(`missing.${scheduler}.txt`)).to.equal('cell-0\ncell-1\ncell-2\n')
    })
  }

  it('for Slurm have a task for each cell, as many as an array may have', () => {
    const slurm = (count: number): string =>
      jobFiles('slurm', 'mine', ids(count), '/x').files.get('slurm.sh')!
    expect(slurm(3)).to.include('#SBATCH --array=0-2\n')
    expect(slurm(2_500)).to.include('#SBATCH --array=0-999\n').and.include('i += 1000')
  })
})
