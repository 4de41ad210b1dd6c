// Keeps what is drawn so far: on this phone at once, on the server three seconds later, and forgets it when the server has the answer.
// What lies on the phone is what the server has not said yes to. Its key bears the person: another one never meets it. On a shared phone,
// which has no person, it stays in this tab and goes with it.
(() => {
  const PAUSE = 3000, LETTER = 20000;   // signs that surely fit into the 64 KB of a request that may outlive its page

  class Draft {
    // task: of data-task (id, draft_version, urls); user: whose own phone it is, or ''; token: of the form, against forged requests.
    // told(state, sentence, other): here | kept | offline | conflict (with the other draft's parts) | refused.
    constructor({task, user, token, told}) {
      Object.assign(this, {task, token, told, version: task.draft_version, timer: 0, sending: false, waiting: null, over: false});
      this.key = `draft:${user}:${task.id}`;
      this.store = user ? 'localStorage' : 'sessionStorage';   // by name: a browser that keeps nothing throws already where it is named
      addEventListener('online', () => this.send());
      document.addEventListener('visibilitychange', () => { if (document.hidden) this.send(); });
    }

    // What lies on this phone and never reached the server: {parts, version}, or null.
    found() {
      try { return JSON.parse(self[this.store].getItem(this.key)); } catch { return null; }
    }

    keep(parts) {
      if (this.over) return;
      this.waiting = parts;
      try {
        self[this.store].setItem(this.key, JSON.stringify({parts, version: this.version, at: Date.now()}));
        this.told('here');
      } catch { /* no room, or a browser that keeps nothing: the server still does */ }
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE);
    }

    async send() {
      if (this.over || this.sending || !this.waiting) return;
      clearTimeout(this.timer);
      const parts = this.waiting, body = JSON.stringify({version: this.version, payload: parts});
      this.sending = true;
      const answer = await fetch(this.task.urls.draft, {
        method: 'PUT', redirect: 'error', keepalive: body.length < LETTER, body,
        headers: {'Content-Type': 'application/json', 'X-CSRFToken': this.token, 'X-Request-Id': `draft-${this.task.id}-${Date.now()}`},
      }).catch(() => null);
      const said = answer && await answer.json().catch(() => ({}));
      this.sending = false;
      if (this.over) return;
      if (answer && answer.ok) this.agreed(parts, said.version);
      // Saved from elsewhere meanwhile: ours stays on the screen and the other one is offered. The next change here writes over it.
      else if (answer && answer.status === 409 && said.version !== undefined) {
        this.version = said.version;
        this.told('conflict', said.sentence, said.payload);
      } else if (answer && said.sentence) this.told('refused', said.sentence);
      else this.told('offline');
      if (this.waiting && this.waiting !== parts) this.keep(this.waiting);
    }

    agreed(parts, version) {
      this.version = version;
      if (this.waiting === parts) { this.waiting = null; this.drop(); }
      this.told('kept', '', parts);
    }

    // The answer itself has arrived.
    forget() {
      this.over = true;
      clearTimeout(this.timer);
      this.drop();
    }

    drop() {
      try { self[this.store].removeItem(this.key); } catch { /* nothing was kept */ }
    }
  }

  window.Bench = {...window.Bench, Draft};
})();
