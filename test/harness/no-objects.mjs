// Runs in workerd. Stands in for every object binding when a test cuts the path to the objects.
import { WorkerEntrypoint } from 'cloudflare:workers';

const lost = () => {
  throw new Error('Network connection lost.');
};

export default class NoObjects extends WorkerEntrypoint {
  fetch() {
    return lost();
  }
  getByName() {
    return lost();
  }
  get() {
    return lost();
  }
  idFromName() {
    return lost();
  }
  idFromString() {
    return lost();
  }
}
