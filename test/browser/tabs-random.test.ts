import { tabRuns } from './tabs-runs.ts';

tabRuns(10);
