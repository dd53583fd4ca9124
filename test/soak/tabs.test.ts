import { tabRuns } from '../browser/tabs-runs.ts';

tabRuns(100);
